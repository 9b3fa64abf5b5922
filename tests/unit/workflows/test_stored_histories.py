"""Every stored history replays: a worker of today takes over a case that one of yesterday began."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflow.paths import PATHS
from workflows.case.contracts import CASE_WORKFLOW, CaseInput
from workflows.case.shell.workflow import CaseWorkflow

STORED = Path(__file__).parents[2] / "workflow" / "histories"


RUNS = sorted(file.stem for file in STORED.glob("*.json"))


def _stored(run: str) -> WorkflowHistory:
    return WorkflowHistory.from_json(f"case-{run}", (STORED / f"{run}.json").read_text())


def test_each_path_of_a_case_is_stored_and_nothing_else() -> None:
    assert {run.partition(".")[0] for run in RUNS} == set(PATHS)


def test_runs_are_stored_that_continue_as_new_and_that_wake_an_answered_case() -> None:
    assert {"continued_as_new.2", "joined_and_reopened.2"} <= set(RUNS)


@pytest.mark.parametrize("name", RUNS)
async def test_a_stored_history_replays(name: str) -> None:
    replayer = Replayer(workflows=[CaseWorkflow], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(_stored(name))


@workflow.defn(name=CASE_WORKFLOW, sandboxed=False)
class CarelessVersion(CaseWorkflow):
    """A change that no stored history allows: a timer before anything else."""

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseInput) -> str:
        await workflow.sleep(timedelta(seconds=1))
        return await super().run(start)


async def test_a_careless_change_is_found() -> None:
    replayer = Replayer(
        workflows=[CarelessVersion],
        data_converter=pydantic_data_converter,
    )
    with pytest.raises(workflow.NondeterminismError):
        await replayer.replay_workflow(_stored("two_steps_after_each_other.1"))
