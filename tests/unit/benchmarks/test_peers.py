"""The peers are given the same work as we are, and write as many bytes as we do."""

import json
from collections.abc import Iterator

import pytest

from benchmarks.peers.appeals import Appeals
from benchmarks.peers.designs import contents
from benchmarks.peers.work import ROW_BYTES, SERVICE, STATUSES, STEPS
from catalogue.loader import load
from ledger.chain import canonical
from ledger.messages import message
from schemas.actors import SYSTEM
from workflows.case.commands import AnyCommand, ReportDispatch
from workflows.case.decide import decide_all
from workflows.case.evolve import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.state import CaseState

CASE = "00000000-0000-0000-0000-000000000000"


def _commands(appeals: Appeals) -> Iterator[AnyCommand]:
    yield appeals.command(CASE)
    for step, agency in STEPS:
        reference = f"{CASE[:8]}-{step}"
        yield ReportDispatch(
            id=f"dispatch/{step}/1/1",
            actor=SYSTEM,
            received_at=appeals.clock.now(),
            step=step,
            attempt=1,
            group=1,
            reference=reference,
        )
        for status in STATUSES:
            yield appeals.status(CASE, step, agency, status, reference)


def _bytes_of_turns() -> list[int]:
    appeals, state, written = Appeals(), CaseState(case_id=CASE), []
    for command in _commands(appeals):
        events = decide_all(state, [command], appeals.clock.now(), appeals.rules)
        after = fold(state, events)
        rows = [case_row(after, None), track_rows(after), step_rows(after)]
        entries = [canonical(event) for event in events]
        written.append(
            len(json.dumps(rows, default=str))
            + sum(map(len, entries))
            + sum(len(message(event, entry).value) for event, entry in zip(events, entries, strict=True))
        )
        state = after
    assert state.status == "answered"
    return written


def test_a_peer_writes_in_a_turn_what_we_write_on_the_average():
    turns = _bytes_of_turns()
    assert sum(turns) / len(turns) == pytest.approx(ROW_BYTES, rel=0.1)


def test_the_signals_of_the_peers_are_as_long_as_ours():
    appeals = Appeals()
    step, agency = STEPS[1]
    reports = [appeals.status(CASE, step, agency, status, "x" * 24) for status in STATUSES]
    appeal, status = map(len, contents(appeals))
    assert appeal == len(appeals.command(CASE).model_dump_json())
    assert [len(one.model_dump_json()) for one in reports] == pytest.approx([status] * 2, rel=0.1)


def test_the_peers_are_given_the_steps_of_the_passport():
    passport = load().passport(SERVICE)
    assert tuple((f"t1.{step.code}", step.agency) for step in passport.steps) == STEPS
