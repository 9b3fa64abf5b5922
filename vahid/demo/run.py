"""One demonstration from beginning to end: the stack, the appeals, the desk, the wait, the report."""

import asyncio
import json
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from casework.session import open_session
from sqlalchemy import Integer, cast, func, select

from catalogue.loader import load
from kit.database import Database
from kit.errors import PermanentError
from kit.settings import Settings
from ledger.tables import cases, events, steps
from schemas.case_events import event_type
from schemas.case_lifecycle_events import AppealJoined, CaseOpened, TrackAnswered
from vahid.demo.driver import Driver
from vahid.demo.outage import planned_outage
from vahid.demo.outcome import Outcome, as_json, look_back
from vahid.demo.pace import OPENING, demonstration_clock
from vahid.demo.population import population
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
"""How the agencies behave: somewhat worse than they do by themselves, so that each is seen with any seed; but
who is not late is quick: most of the work of a machine would be to remind people otherwise."""
MARK = "demo.json"
LOOK_SECONDS = 2.0
POLL_SECONDS = 20.0
"""Between two looks at an agency for what its webhooks lost (real time)."""


@dataclass
class Progress:
    """How far the demonstration is; `agencies` are open steps by agency, (all, late); `down` is who is away."""

    phase: str
    sent: int = 0
    accepted: int = 0
    opened: int = 0
    answered: int = 0
    late: int = 0
    business: datetime | None = None
    agencies: dict[str, tuple[int, int]] = field(default_factory=dict)
    down: str | None = None


Told = Callable[[Progress], None]


def fresh_home(home: Path) -> Path:
    """The folder of the demonstration, emptied when an earlier one was there, and never anything else.

    Raises:
        PermanentError: the folder holds something that no demonstration made, or one that still runs.
    """
    if home.exists() and any(home.iterdir()):
        if not (home / MARK).exists():
            raise PermanentError(
                "demo.foreign_home",
                f"{home} was not made by a demonstration.",
                remedy="Choose another --home.",
            )
        Stack(home).stop()
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).write_text("{}\n")
    return home


class Demonstration:
    """`count` appeals drawn from `seed`, on a stack of its own in `home`, `pace` times as fast as usual."""

    def __init__(
        self, home: Path, count: int, seed: int, limit: float, told: Told, pace: float = 1.0
    ) -> None:
        self._seed = seed
        self._limit = limit
        self._told = told
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
                "VAHID_BODY_DIALS": json.dumps(BEHAVIOUR),
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
        self._told(self._progress)
        self.stack.start()
        started = time.monotonic()
        try:
            unanswered = asyncio.run(self._drive())
        except ExceptionGroup as failed:
            raise _cause(failed) from failed
        self._phase("judging the run from outside")
        outcome = look_back(self._home, self._receipts, self._settings(), self._outage, unanswered)
        outcome.start_seconds, outcome.seconds = started - began, time.monotonic() - started
        (self._home / "report.json").write_text(json.dumps(as_json(outcome), indent=2, default=str))
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
                staff = CentreStaff(session, database, lambda number: _meant(driver, number))
                group.create_task(staff.work(stop))
                group.create_task(self._watch(database, settings, stop))
                self._phase("appeals come in")
                await driver.send(self._appeals, self._accepted, OPENING)
                self._phase("agencies answer")
                unanswered = await self._wait(database, len(driver.accepted))
                stop.set()
        finally:
            await database.close()
        return unanswered

    async def _wait(self, database: Database, accepted: int) -> int:
        """Wait until every appeal is in a case and every case answered and told of; return the open cases."""
        deadline = time.monotonic() + self._limit
        while time.monotonic() < deadline:
            if not await _open_cases(database):
                received, untold = await _told_of(database)
                if received >= accepted and not untold:
                    return 0
            await asyncio.sleep(LOOK_SECONDS)
        return await _open_cases(database)

    async def _watch(self, database: Database, settings: Settings, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._look(database, settings)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        await self._look(database, settings)

    async def _look(self, database: Database, settings: Settings) -> None:
        now = settings.clock.now()
        open_late = (cases.c.status == "open") & (cases.c.due_at < now)
        async with database.transaction() as connection:
            row = (
                await connection.execute(
                    select(
                        func.count().label("opened"),
                        func.count(cases.c.closed_at).label("answered"),
                        func.coalesce(func.sum(cast(open_late | cases.c.in_time.is_(False), Integer)), 0),
                    )
                )
            ).one()
            waiting = await connection.execute(
                select(
                    steps.c.agency_id, func.count(), func.count().filter(steps.c.due_at < now).label("late")
                )
                .where(steps.c.ended_at.is_(None), steps.c.status.in_(_OPEN))
                .group_by(steps.c.agency_id)
            )
            self._progress.agencies = {agency: (count, late) for agency, count, late in waiting}
        self._progress.opened, self._progress.answered, self._progress.late = row
        self._progress.business = now
        self._progress.down = self._outage.agency if self._outage.covers(now) else None
        self._told(self._progress)

    def _accepted(self, count: int) -> None:
        self._progress.accepted = count

    def _phase(self, phase: str) -> None:
        self._progress.phase = phase
        self._told(self._progress)


def _cause(failed: ExceptionGroup[Exception]) -> Exception:
    """What went wrong first, of what several tasks came to."""
    first = failed.exceptions[0]
    return _cause(first) if isinstance(first, ExceptionGroup) else first


_OPEN = ("dispatched", "acknowledged", "in_progress", "information_requested")


async def _open_cases(database: Database) -> int:
    async with database.transaction() as connection:
        query = select(func.count()).select_from(cases).where(cases.c.status == "open")
        return await connection.scalar(query) or 0


async def _told_of(database: Database) -> tuple[int, int]:
    """Appeals in the ledger, and events or messages that are still on their way: read from whole tables."""
    from services.notifier.tables import notifications

    opens = [event_type(CaseOpened), event_type(AppealJoined)]
    received = events.c.type.in_(opens)
    told = events.c.type.in_([*opens, event_type(TrackAnswered)])
    async with database.transaction() as connection:
        count = await connection.scalar(select(func.count()).select_from(events).where(received))
        expected = await connection.scalar(select(func.count()).select_from(events).where(told))
        planned = await connection.scalar(
            select(func.count(notifications.c.event_id.distinct())).where(
                notifications.c.kind.in_(("receipt", "answer"))
            )
        )
        unsent = await connection.scalar(
            select(func.count())
            .select_from(notifications)
            .where(notifications.c.state.in_(("planned", "sending")))
        )
    return count or 0, (expected or 0) - (planned or 0) + (unsent or 0)


def _meant(driver: Driver, number: str) -> str | None:
    return next((one["meant"] for one in driver.accepted if one["tracking_number"] == number), None)
