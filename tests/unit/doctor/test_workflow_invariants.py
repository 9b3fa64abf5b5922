"""Cases and their workflows: each difference is a finding."""

import pytest

from doctor.workflow_invariants import check_workflow_tasks, check_workflows
from schemas.frozen import CaseId

CASE: CaseId = "0b9c5f9e-6b1f-4c55-8c43-9e1a4f0f6f57"


def test_an_unfinished_case_has_a_workflow_and_no_other_case_has_one() -> None:
    assert list(check_workflows({CASE}, {CASE}, {})) == []
    (missing,) = check_workflows({CASE}, set(), {})
    (idle,) = check_workflows(set(), {CASE}, {})
    assert (missing.level, missing.code, missing.subject) == ("broken", "workflow.missing", CASE)
    assert (idle.level, idle.code, idle.subject) == ("attention", "workflow.idle", CASE)


@pytest.mark.parametrize("how", ["terminated", "failed"])
def test_a_workflow_that_ended_while_its_case_is_open_is_named_with_how_it_ended(how: str) -> None:
    (missing,) = check_workflows({CASE}, set(), {CASE: how})
    assert (missing.level, missing.code, missing.subject) == ("broken", "workflow.missing", CASE)
    assert how in missing.sentence
    assert list(check_workflows(set(), set(), {CASE: how})) == []  # the case has nothing left to do


def test_a_workflow_whose_task_keeps_failing_is_broken_with_what_temporal_reports() -> None:
    (finding,) = check_workflow_tasks({CASE: ("category=WorkflowTaskFailed",)})
    assert (finding.level, finding.code) == ("broken", "workflow.stuck")
    assert "category=WorkflowTaskFailed" in finding.sentence
    assert f"`vahid case repair {CASE}`" in finding.remedy
