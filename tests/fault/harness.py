"""A whole stack with appeals in flight: kill its processes, take its servers away, then check all of it."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from kit.settings import Settings
from kit.transient import is_transient
from tests import stack as real
from tests.fault.attachments import attach, last_accepted
from tests.fault.offered_change import AGENCY, offer_again
from tests.fault.oracle import contradictions
from tests.fault.points import ATTACHED, HANDED_OVER, OFFERED_AGAIN, REPORTED, process_of
from tests.fault.traffic import Traffic
from tests.fault.undelivered import report_undelivered
from tests.waiting import until
from vahid.stack import Stack

T = TypeVar("T")

LIMIT = 240.0
"""Seconds to wait for a process or a failpoint, on a busy machine."""
SETTLE_LIMIT = 900.0
CHECK_LIMIT = 90.0
LOG_TAIL = 12
RESERVE = 15
"""Appeals in flight beyond the floor before a fault: some are answered until it happens."""


def chosen_seed() -> int:
    """The seed of this run: `VAHID_FAULT_SEED`, else a fresh one."""
    return int(os.environ.get("VAHID_FAULT_SEED") or secrets.randbelow(10**6))


class FaultHarness:
    """A running stack with at least `floor` appeals in flight at every fault."""

    def __init__(self, stack: Stack, home: Path, seed: int, floor: int) -> None:
        self._stack = stack
        self._home = home
        self._floor = floor
        self._receipts = home / "receipts.jsonl"
        self._failpoints = real.failpoints(home)
        self._settings = _settings(stack.environment())
        self._agencies = json.loads((home / "agencies.json").read_text())
        self.traffic = Traffic(stack, self._settings, self._receipts, seed, floor)

    async def fire(self, point: str, action: str = "kill") -> None:
        """Have the process of `point` die or fail exactly there, and wait for its successor."""
        await self._under_load()
        (self._failpoints / point).write_text(action)
        if point.startswith(OFFERED_AGAIN):
            await self._eventually(self._offer, "a change is offered again")
        if point.startswith(REPORTED):
            await self._eventually(self._report_undelivered, "a receipt is reported undelivered")
        async with asyncio.TaskGroup() as group:
            if point.startswith(ATTACHED):
                group.create_task(self._attach(last_accepted(self._receipts)))
            if point.startswith(HANDED_OVER):
                split = self._eventually(self.traffic.split_off, "a track is split off")
                group.create_task(split)
            fired = await self._eventually(lambda: self._fired(point), f"{point} fires")
            await self._assert_load(point)
        fired.unlink()
        if action == "kill":
            await self._succeeded(process_of(point), int(fired.suffix[1:]))

    async def kill(self, process: str) -> None:
        """Kill a process, and wait for its successor."""
        await self._under_load()
        pid = self._stack.kill(process)
        await self._assert_load(process)
        await self._succeeded(process, pid)

    async def outage(self, process: str, seconds: float) -> None:
        """Stop a server for so many seconds while appeals are sent."""
        await self._under_load()
        await asyncio.to_thread(self._stack.stop_process, process)
        await asyncio.sleep(seconds)  # the length of the outage is what is tested
        await asyncio.to_thread(self._stack.start_process, process)
        await self._all_ready()

    async def restart_stack(self) -> None:
        """Stop the whole stack under load, and start it again."""
        await self._under_load()
        await asyncio.to_thread(self._stack.stop)
        await asyncio.to_thread(self._stack.start)
        await self._assert_load("the restart")

    async def wait_for_events(self, number: int) -> None:
        """Wait until `number` more events are recorded: a delay by work and not by time."""
        goal = await self._eventually(self.traffic.recorded, "the ledger can be read") + number

        async def passed() -> bool:
            return await self.traffic.recorded() >= goal

        await self._eventually(passed, f"{number} more events")

    async def assert_sound(self) -> None:
        """Stop the load, wait for all answers; then assert that nothing is lost, doubled or contradictory.

        Contradictions get some time to disappear, because a message may still be on its way.
        """
        self.traffic.end()
        await self._all_ready()
        found = [*await self._unsettled(), *await self._last_contradictions()]
        assert not found, "\n".join(found)

    async def _unsettled(self) -> list[str]:
        try:
            await self._eventually(self.traffic.settled, "settled", SETTLE_LIMIT)
        except AssertionError:
            return [f"after {SETTLE_LIMIT:.0f} s not every appeal is answered and every applicant notified"]
        return []

    async def _last_contradictions(self) -> list[str]:
        found: list[str] = []

        async def none() -> bool:
            found[:] = await contradictions(self._settings, self._receipts, self._home / "simulators")
            return not found

        try:
            await self._eventually(none, "no contradiction is left", CHECK_LIMIT)
        except AssertionError:
            return found
        return []

    async def _under_load(self) -> None:
        async def enough() -> bool:
            return await self.traffic.in_flight() >= self._floor + RESERVE

        await self._eventually(enough, f"more than {self._floor} appeals are in flight")

    async def _assert_load(self, fault: str) -> None:
        found = await self._eventually(self.traffic.in_flight, "the ledger can be read")
        assert found >= self._floor, f"{fault}: only {found} appeals were in flight"

    async def _offer(self) -> bool:
        return await offer_again(self._settings, self._agencies[AGENCY])

    async def _report_undelivered(self) -> bool:
        return await report_undelivered(self._settings)

    async def _attach(self, appeal: dict[str, str]) -> None:
        """Add a document to `appeal`, repeated until intake or its successor accepts it."""
        intake, keys = self._stack.addresses["intake"], self._stack.api_keys
        await self._eventually(lambda: attach(intake, keys, appeal), "a document is added")

    async def _fired(self, point: str) -> Path | None:
        return next(self._failpoints.glob(f"{point}.fired.*"), None)

    async def _succeeded(self, process: str, dead: int) -> None:
        async def ready() -> bool:
            now = self._stack.process(process)
            return now.ready and now.pid != dead

        await self._eventually(ready, f"{process} is back")

    async def _all_ready(self) -> None:
        await asyncio.to_thread(self._stack.wait_until_ready, (), LIMIT)

    async def _eventually(
        self, poll: Callable[[], Awaitable[T | None]], condition: str, limit: float = LIMIT
    ) -> T:
        """What `poll` returns once it is true; errors of outages count as not yet."""

        async def poll_through_outages() -> T | None:
            try:
                return await poll()
            except Exception as error:
                if not is_transient(error):
                    raise
                return None

        return await until(poll_through_outages, condition, limit)

    async def show(self) -> None:
        """Print the open cases, and the ends of the logs."""
        print(self.traffic.summary())  # noqa: T201
        try:
            print("open:", *await self.traffic.open_cases(), sep="\n  ")  # noqa: T201
        except Exception as error:
            if not is_transient(error):
                raise
        for process in self._stack.status().processes:
            print(f"== {process.name}: {process.state}, {process.restarts} restarts")  # noqa: T201
            print(*_tail(process.log), sep="\n")  # noqa: T201


def _tail(log: str | None) -> list[str]:
    return Path(log).read_text(errors="replace").splitlines()[-LOG_TAIL:] if log else []


@asynccontextmanager
async def running_stack(home: Path, seed: int, floor: int) -> AsyncIterator[FaultHarness]:
    """A stack in `home` under load; stopped at the end."""
    stack = real.whole_stack(home, VAHID_SIMULATOR_SEED=str(seed))
    try:
        await asyncio.to_thread(stack.start)
        harness = FaultHarness(stack, home, seed, floor)
        async with asyncio.TaskGroup() as group:
            traffic = harness.traffic
            load = (traffic.send_appeals(), traffic.work(), traffic.reassign_and_inform())
            tasks = [group.create_task(part) for part in load]
            try:
                yield harness
            except BaseException:
                await harness.show()
                raise
            for task in tasks:
                task.cancel()
        await harness.traffic.close()
    finally:
        await asyncio.to_thread(stack.stop)


def _settings(environment: dict[str, str]) -> Settings:
    return Settings(
        database_url=environment["VAHID_DATABASE_URL"],
        kafka_bootstrap=environment["VAHID_KAFKA_BOOTSTRAP"],
        temporal_address=environment["VAHID_TEMPORAL_ADDRESS"],
        keys=Path(environment["VAHID_KEYS"]),
        clock=json.loads(environment["VAHID_CLOCK"]),
        attachments=environment["VAHID_ATTACHMENTS"],
    )
