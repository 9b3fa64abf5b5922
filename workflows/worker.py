"""The worker that runs cases: composes the case workflow, its local activity, and the ledger's relay."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker

from kit import log, process
from kit.database import Database
from kit.http import create_app, run_until_stopped, serve
from kit.kafka import Producer
from kit.outbox import Relay
from kit.settings import Settings
from kit.temporal import connect
from ledger.store import Ledger
from ledger.tables import outbox
from workflows.case.contracts import CASE_TASK_QUEUE
from workflows.case.shell.hand_over_activity import HandOverActivity
from workflows.case.shell.record_activity import RecordActivity
from workflows.case.shell.workflow import CaseWorkflow

CASES_AT_HAND = 12_000
"""So many open cases are kept in memory, some 210 KiB each; of any other the history is replayed first.

When thousands come due in one minute, that is as much work again as their batches."""
RECORDS_AT_ONCE = 10
"""There is a connection to the database for each: a record's two seconds are not spent waiting for one."""
WORKFLOW_TASKS_AT_ONCE = 30
"""Few enough that on a machine under load each ends in its ten seconds; the others wait unharmed.

With 100 at once a starved machine let them all run out of time, and begin anew, for minutes."""
POLLS_AT_ONCE, SHARE_OF_NEW = 20, 0.4
"""So many of them may be asked for at once, two in five for cases that are not at hand yet (ADR 25)."""


def case_worker(client: Client, ledger: Ledger, wake: Callable[[], None]) -> Worker:
    """A worker for cases. `wake` is called after each record, so that the relay sends at once."""
    return Worker(
        client,
        task_queue=CASE_TASK_QUEUE,
        workflows=[CaseWorkflow],
        activities=[RecordActivity(ledger, wake).record, HandOverActivity(client).hand_over],
        max_cached_workflows=CASES_AT_HAND,
        max_concurrent_workflow_tasks=WORKFLOW_TASKS_AT_ONCE,
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(POLLS_AT_ONCE),
        nonsticky_to_sticky_poll_ratio=SHARE_OF_NEW,
        max_concurrent_local_activities=RECORDS_AT_ONCE,
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


class WorkerService:
    """The process: the worker, the relay of the ledger's outbox, and the probes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings.database_url)
        self._producer = Producer(settings.kafka_bootstrap, "ledger")
        self._relay = Relay("ledger", self._database, outbox, self._producer)
        self._working = False

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; what is under way is finished, the rest left to the next worker."""
        stop = asyncio.Event()
        settings = self._settings
        app = create_app("worker", self._ready)
        try:
            await run_until_stopped(
                serve(app, settings.http_host, settings.http_port, stop),
                self._relay.run(stop),
                self._work(stop),
                stop=stop,
            )
        finally:
            await self._producer.stop()
            await self._database.close()

    async def _work(self, stop: asyncio.Event) -> None:
        client = await connect(self._settings.temporal_address, self._settings.temporal_namespace)
        async with case_worker(client, Ledger(self._database), self._relay.wake):
            self._working = True
            await stop.wait()

    async def _ready(self) -> dict[str, bool]:
        return {"database": await self._database.ping(), "temporal": self._working}


def main() -> None:
    """Compose the worker from the environment, and run it."""
    settings = Settings()
    log.configure("worker", settings.log_level)
    process.run(WorkerService(settings).run())


if __name__ == "__main__":
    main()
