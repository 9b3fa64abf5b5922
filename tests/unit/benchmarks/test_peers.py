"""The peers get the same work as our design, and write as many bytes."""

import pytest

from benchmarks.peers.appeals import Appeals
from benchmarks.peers.designs import contents
from benchmarks.peers.payload_size import CASE_ID, bytes_a_batch
from benchmarks.peers.work import SERVICE, STATUSES, STEPS
from tests.packaged import packaged
from workflows.case.decide.decider import decide_all
from workflows.case.state import CaseState


def test_a_batch_is_longer_than_the_appeal_that_it_keeps_three_times():
    """In the history, in the state that the read model shows, and in the message."""
    appeals = Appeals()
    opened = decide_all(
        CaseState(case_id=CASE_ID), [appeals.command(CASE_ID)], appeals.clock.now(), appeals.rules
    )
    appeal = len(opened[0].payload.appeal.model_dump_json(exclude_none=True))
    assert bytes_a_batch(appeals) > 3 * appeal


def test_the_signals_of_the_peers_are_as_long_as_ours():
    appeals = Appeals()
    step, agency = STEPS[1]
    reports = [appeals.status(CASE_ID, step, agency, status, "x" * 24) for status in STATUSES]
    appeal, status = map(len, contents(appeals))
    assert appeal == len(appeals.command(CASE_ID).model_dump_json())
    assert [len(report.model_dump_json()) for report in reports] == pytest.approx([status] * 2, rel=0.1)


def test_the_peers_get_the_steps_of_the_passport():
    passport = packaged().passport(SERVICE)
    assert tuple((f"t1.{step.code}", step.agency) for step in passport.steps) == STEPS
