"""Declares the parts of the worker that runs cases: the case workflow, its activities, the ledger's relay."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker

from kit import service
from kit.clock import Clock
from kit.database import Database
from kit.kafka.producer import Producer
from kit.outbox.relay import Relay
from kit.service import Service
from kit.settings import Settings
from kit.temporal import TemporalTask, run_workers
from ledger.store import Ledger
from ledger.tables import outbox
from workflows.case.contracts import CASE_TASK_QUEUE
from workflows.case.rules import Rules
from workflows.case.shell.hand_over_activity import HandOverActivity
from workflows.case.shell.record_activity import RecordActivity
from workflows.case.shell.workflow import CaseWorkflow
from workflows.client import CaseClient

CACHED_CASES = 12_000
"""Open cases kept in memory, some 210 KiB each. The worker replays the history of any other case first.

When thousands come due in one minute, these replays cost as much again as the decisions."""
RECORDS_AT_ONCE = 10
"""Fewer than the database has connections: no record spends its two seconds waiting for one."""
WORKFLOW_TASKS_AT_ONCE = 30
"""Few enough that each ends within its ten seconds on a loaded machine; the others wait unharmed.

With 100 at once, all of them timed out on a starved machine and began anew, for minutes."""
POLLS_AT_ONCE, SHARE_OF_NEW = 20, 0.4
"""Polls for workflow tasks at once, and the share of them for cases that are not cached yet (ADR 25)."""


def case_worker(client: Client, ledger: Ledger, wake: Callable[[], None]) -> Worker:
    """A worker for cases. It calls `wake` after each record, so that the relay publishes at once."""

    def cases(rules: Rules, clock: Clock) -> CaseClient:
        return CaseClient(client, lambda _: rules, clock)

    return Worker(
        client,
        task_queue=CASE_TASK_QUEUE,
        workflows=[CaseWorkflow],
        activities=[RecordActivity(ledger, wake).record, HandOverActivity(cases).hand_over],
        max_cached_workflows=CACHED_CASES,
        max_concurrent_workflow_tasks=WORKFLOW_TASKS_AT_ONCE,
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(POLLS_AT_ONCE),
        nonsticky_to_sticky_poll_ratio=SHARE_OF_NEW,
        max_concurrent_local_activities=RECORDS_AT_ONCE,
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


async def declare(worker: Service, settings: Settings) -> None:
    """The database, the relay of the ledger's outbox, and the worker for cases."""
    database = await worker.open(Database(settings.database_url))
    producer = await worker.open(Producer(settings.kafka_bootstrap, "ledger"))
    relay = Relay("ledger", database, outbox, producer)

    async def work(client: Client, stop: asyncio.Event) -> None:
        await run_workers([case_worker(client, Ledger(database), relay.wake)], stop)

    working = TemporalTask(settings.temporal_address, settings.temporal_namespace, work, keys=settings.keys)
    worker.checks(database=database.ping, temporal=working.connected)
    worker.tasks(relay.run, working.run)


def main() -> None:
    """Run the worker with the settings of the environment."""
    service.main("worker", Settings, declare)


if __name__ == "__main__":
    main()
