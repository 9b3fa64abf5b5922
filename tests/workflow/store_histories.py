"""Walk the paths of a case anew and store their histories: on purpose, and never in a test run.

A stored history is one that installations may hold. When a change of the workflow makes one fail to replay,
keep the old way behind `workflow.patched`; store anew only what no installation can hold yet.

    python -m tests.workflow.store_histories [PATH…]
"""

import asyncio
import json
import re
import sys
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from kit.clock import Clock
from kit.database import Database
from kit.temporal import connect
from ledger.store import Ledger
from tests import stack as real
from tests.builders import RULES
from tests.waiting import until
from tests.workflow.conftest import AGENCIES, SimulatedAgencies
from tests.workflow.paths import PATHS
from tests.workflow.walk import Walk
from vahid.stack import Stack
from workflows.case.contracts import workflow_id
from workflows.client import CaseClient
from workflows.worker import case_worker

FOLDER = Path(__file__).parent / "histories"
_PROCESS = re.compile(r'"[0-9]+@[^"]*"')
"""How the SDK calls a worker and its own queue: by process and host."""
_TRACE = re.compile(r'"stackTrace":"(?:[^"\\]|\\.)*"')


async def store(environment: dict[str, str], names: list[str]) -> None:
    """Walk these paths on the servers of `environment`, and store the histories of their runs."""
    url = environment["VAHID_DATABASE_URL"]
    await real.create_tables(url)
    database, temporal = Database(url), await connect(environment["VAHID_TEMPORAL_ADDRESS"], keys=None)
    ledger, agencies = Ledger(database), SimulatedAgencies()
    async with AsyncExitStack() as running:
        await running.enter_async_context(case_worker(temporal, ledger, lambda: None))
        for agency in AGENCIES:
            await running.enter_async_context(agencies.worker(temporal, agency))
        for name in names:
            clock = Clock(
                epoch=datetime(2021, 8, 23, 6, tzinfo=UTC), started_at=datetime.now(UTC), scale=72_000
            )
            cases = CaseClient(temporal, lambda _: RULES, clock, task_timeout=timedelta(seconds=2))
            walk = Walk(temporal, cases, ledger, agencies, clock)
            await PATHS[name](walk)
            await walk.walked()
            await _write(temporal, name, walk.case_id)
    await database.close()


async def _write(temporal: Client, name: str, case_id: str) -> None:
    """One file a run, in their order; without the names of the machine's processes and paths."""
    query = f"WorkflowId = '{workflow_id(case_id)}'"

    async def all_listed() -> list[WorkflowExecution]:
        listed = [run async for run in temporal.list_workflows(query)]
        return [] if any(run.status == WorkflowExecutionStatus.RUNNING for run in listed) else listed

    runs = sorted(await until(all_listed, "every run has ended"), key=lambda run: run.start_time)
    for number, run in enumerate(runs, 1):
        handle = temporal.get_workflow_handle(workflow_id(case_id), run_id=run.run_id)
        history = await handle.fetch_history()
        text = json.dumps(json.loads(history.to_json()), separators=(",", ":"))
        text = _TRACE.sub('"stackTrace":""', _PROCESS.sub('"worker"', text))
        (FOLDER / f"{name}.{number}.json").write_text(text + "\n")
        sys.stdout.write(f"{name}, run {number}: {len(history.events)} events\n")


def main() -> None:
    """Store the paths named on the command line, or all."""
    names = sys.argv[1:] or list(PATHS)
    FOLDER.mkdir(exist_ok=True)
    for name in names:
        for stored in FOLDER.glob(f"{name}.*.json"):
            stored.unlink()
    with tempfile.TemporaryDirectory() as home, real.running(Stack(Path(home), only="servers")) as stack:
        asyncio.run(store(dict(stack.environment()), names))


if __name__ == "__main__":
    main()
