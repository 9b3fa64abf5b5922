"""One demonstration from beginning to end: the stack, the appeals, the staff, the wait, the outcome."""

import asyncio
import json
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from casework.commands.session import open_session
from catalogue.loader import load
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError
from kit.private_files import write_private
from kit.settings import Settings
from vahid.demo.driver import Driver
from vahid.demo.outage import planned_outage
from vahid.demo.outcome import Outcome, as_json, assess
from vahid.demo.pace import OPENING, demonstration_clock
from vahid.demo.population import population
from vahid.demo.progress import OnProgress, Progress, open_cases, read_progress, received_and_pending
from vahid.demo.simulated_staff import CentreStaff
from vahid.stack import Stack
from vahid.stack.home import Home
from vahid.stack.installation import keep_clock

BEHAVIOUR = {
    "late_rate": 0.07,
    "refuse_rate": 0.04,
    "forward_rate": 0.04,
    "information_rate": 0.06,
    "pace": 5,
}
"""How the agencies behave: each fault is frequent enough to be seen with any seed. An agency that is not late
is quick: otherwise most of the machine's work would be reminders."""
MARKER = "demo.json"
REFRESH_SECONDS = 2.0
POLL_SECONDS = 20.0
"""Real time between two polls of an agency, for changes whose webhooks were lost."""


def fresh_home(home: Path) -> Path:
    """The folder of the demonstration, after an earlier demonstration in it was stopped and removed.

    Raises:
        PermanentError: `demo.foreign_home`: the folder holds something that no demonstration made.
    """
    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise PermanentError(
                "demo.foreign_home",
                f"{home} holds something that no demonstration made.",
                remedy="Choose another --home.",
            )
        Stack(home).stop()
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / MARKER).write_text("{}\n")
    return home


class Demonstration:
    """`count` appeals drawn from `seed`, on a stack of its own in `home`, `pace` times as fast as usual.

    It waits `limit` real seconds at most for the last answer.
    """

    def __init__(
        self, home: Path, count: int, seed: int, limit: float, on_progress: OnProgress, pace: float = 1.0
    ) -> None:
        self._seed = seed
        self._limit = limit
        self._on_progress = on_progress
        self._progress = Progress("starting the servers and services", sent=count)
        self._home = fresh_home(home)
        self._appeals = population(count, seed, load().deliverable())
        self._outage = planned_outage(OPENING, count, seed)
        keep_clock(Home.at(self._home), demonstration_clock(self._appeals, datetime.now(UTC), pace))
        self.stack = Stack(
            self._home,
            environment={
                "VAHID_SIMULATOR_SEED": str(seed),
                "VAHID_POLL_SECONDS": str(POLL_SECONDS),
                "VAHID_AGENCY_BEHAVIOUR": json.dumps(BEHAVIOUR),
                "VAHID_SIMULATOR_OUTAGES": json.dumps(self._outage.as_setting()),
            },
        )

    def run(self) -> Outcome:
        """Run it; the stack stays up.

        Raises:
            StackError: the stack did not start.
            VahidError: intake refused an appeal or was away for long, or a case gave no answer.
        """
        began = time.monotonic()
        self._on_progress(self._progress)
        self.stack.start()
        started = time.monotonic()
        self._progress.console = self.stack.addresses["console"]
        try:
            unanswered = asyncio.run(self._drive())
        except ExceptionGroup as failed:
            raise _first_error(failed) from failed
        self._phase("the oracle compares the run with its evidence")
        outcome = assess(self._home, self._receipts, self._settings(), self._outage, unanswered)
        outcome.start_seconds, outcome.seconds = started - began, time.monotonic() - started
        write_private(
            self._home / "report.json", json.dumps(as_json(outcome), indent=2, default=str), overwrite=True
        )
        return outcome

    @property
    def _receipts(self) -> Path:
        return self._home / "receipts.jsonl"

    def _settings(self) -> Settings:
        environment = self.stack.environment()
        return Settings(
            database_url=environment["VAHID_DATABASE_URL"],
            kafka_bootstrap=environment["VAHID_KAFKA_BOOTSTRAP"],
            temporal_address=environment["VAHID_TEMPORAL_ADDRESS"],
            keys=Path(environment["VAHID_KEYS"]),
            clock=json.loads(environment["VAHID_CLOCK"]),
            attachments=environment["VAHID_ATTACHMENTS"],
        )

    async def _drive(self) -> int:
        settings = self._settings()
        driver = Driver(self.stack.addresses["intake"], self.stack.api_keys, settings.clock, self._receipts)
        database = Database(settings.database_url, pool_size=6)
        stop = asyncio.Event()
        try:
            async with (
                open_session(settings, self.stack.api_keys["staff"]) as session,
                asyncio.TaskGroup() as group,
            ):
                staff = CentreStaff(session, database, driver.intended_service)
                group.create_task(staff.work(stop))
                group.create_task(self._watch(database, settings.clock, stop))
                self._phase("appeals come in")
                await driver.send(self._appeals, self._accepted, OPENING)
                self._phase("agencies answer")
                unanswered = await self._wait(database, len(driver.accepted))
                stop.set()
        finally:
            await database.close()
        return unanswered

    async def _wait(self, database: Database, accepted: int) -> int:
        """Wait until all appeals are answered and all applicants notified; return the cases still open."""
        deadline = time.monotonic() + self._limit
        while time.monotonic() < deadline:
            if not await open_cases(database):
                received, pending = await received_and_pending(database)
                if received >= accepted and not pending:
                    return 0
            await asyncio.sleep(REFRESH_SECONDS)
        return await open_cases(database)

    async def _watch(self, database: Database, clock: Clock, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._refresh(database, clock.now())
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), REFRESH_SECONDS)
        await self._refresh(database, clock.now())

    async def _refresh(self, database: Database, now: datetime) -> None:
        await read_progress(self._progress, database, now)
        self._progress.down = self._outage.agency if self._outage.covers(now) else None
        self._on_progress(self._progress)

    def _accepted(self, count: int) -> None:
        self._progress.accepted = count

    def _phase(self, phase: str) -> None:
        self._progress.phase = phase
        self._on_progress(self._progress)


def _first_error(failed: ExceptionGroup[Exception]) -> Exception:
    """The first of the errors that several tasks raised."""
    first = failed.exceptions[0]
    return _first_error(first) if isinstance(first, ExceptionGroup) else first
