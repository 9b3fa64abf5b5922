"""The worker process of one design: `python -m benchmarks.peers.worker ours|bare|naive|dispatch`.

Each design has its own worker, with the settings of the case worker. `dispatch` runs the activities that all
three call: each makes one HTTP request to the agency. Ours reads the appeal from the ledger before, as an
adapter does.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import Any

import aiohttp
import asyncpg
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.peers.bare import BareCase
from benchmarks.peers.naive import NaiveCase, NaiveStep
from benchmarks.peers.rows import Rows, plain
from benchmarks.peers.work import STEPS, Dispatch
from kit.database import Database
from kit.settings import Settings
from kit.temporal import connect
from ledger.appeal_contents import read_appeals
from ledger.store import Ledger
from workflows.case.contracts import DISPATCH_ACTIVITY, Assignment, Delivery
from workflows.worker import RECORDS_AT_ONCE, WORKFLOW_TASKS_AT_ONCE, case_worker

AGENCY_URL = "VAHID_BENCH_AGENCY_URL"
"""The variable with the address of the simulated agency."""
ROW_BYTES = "VAHID_BENCH_ROW_BYTES"
"""The variable with the bytes that a peer writes in a batch."""


class Sender:
    """The dispatch activity, in our form and in that of the peers."""

    def __init__(self, client: aiohttp.ClientSession, database: Database) -> None:
        self._client = client
        self._database = database

    @activity.defn(name=DISPATCH_ACTIVITY)
    async def ours(self, assignment: Assignment) -> Delivery:
        """Send an assignment of ours."""
        async with self._database.transaction() as connection:
            [appeal] = await read_appeals(connection, assignment.case_id, assignment.appeal_ids)
        return Delivery(reference=await self._send(assignment.case_id, assignment.step, appeal.sealed))

    @activity.defn(name="dispatch_for_peers")
    async def peers(self, dispatch: Dispatch) -> str:
        """Send a step of a peer."""
        return await self._send(dispatch.case_id, dispatch.step, dispatch.content)

    async def _send(self, case_id: str, step: str, content: str) -> str:
        assignment = {"case_id": case_id, "step": step, "content": content}
        async with self._client.post("/assignments", json=assignment) as response:
            return str((await response.json())["reference"])


def peer_worker(client: Client, queue: str, workflows: list[type], rows: Rows) -> Worker:
    """A worker with the settings of ours."""
    return Worker(
        client,
        task_queue=queue,
        workflows=workflows,
        activities=[rows.write],
        max_cached_workflows=2_000,
        max_concurrent_workflow_tasks=WORKFLOW_TASKS_AT_ONCE,
        max_concurrent_local_activities=RECORDS_AT_ONCE,
        max_concurrent_activities=RECORDS_AT_ONCE,
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


async def run(name: str) -> None:
    """Work until SIGTERM."""
    settings = Settings()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await connect(settings.temporal_address, keys=settings.keys)
    if name == "ours":
        database = Database(settings.database_url)
        async with case_worker(client, Ledger(database), lambda: None):
            await stop.wait()
        await database.close()
    elif name == "dispatch":
        database = Database(settings.database_url)
        await _dispatch(client, database, stop)
        await database.close()
    else:
        designs: dict[str, list[Any]] = {"bare": [BareCase], "naive": [NaiveCase, NaiveStep]}
        async with (
            asyncpg.create_pool(plain(settings.database_url), max_size=RECORDS_AT_ONCE) as pool,
            peer_worker(client, f"peer.{name}", designs[name], Rows(pool, int(os.environ[ROW_BYTES]))),
        ):
            await stop.wait()


async def _dispatch(client: Client, database: Database, stop: asyncio.Event) -> None:
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(os.environ[AGENCY_URL], timeout=timeout, raise_for_status=True) as http:
        sender = Sender(http, database)
        workers = [
            Worker(client, task_queue=f"agency.{agency}", activities=[sender.ours, sender.peers])
            for _, agency in STEPS
        ]
        async with workers[0], workers[1]:
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
