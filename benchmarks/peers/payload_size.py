"""The bytes that our case writes in a batch, measured on its rows, so that the peers write as many. Pure."""

import json
from collections.abc import Iterator
from statistics import mean

from benchmarks.peers.appeals import Appeals
from benchmarks.peers.work import STATUSES, STEPS
from ledger.chain import canonical
from ledger.messages import message
from schemas.actors import SYSTEM
from workflows.case.commands import AnyCommand, ReportDispatch
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.state import CaseState

CASE_ID = "00000000-0000-0000-0000-000000000000"


def bytes_a_batch(appeals: Appeals) -> int:
    """The average over the batches of one case: entries, read model and outbox."""
    return round(mean(_bytes_of_batches(appeals)))


def _bytes_of_batches(appeals: Appeals) -> Iterator[int]:
    state = CaseState(case_id=CASE_ID)
    for command in _commands(appeals):
        events = decide_all(state, [command], appeals.clock.now(), appeals.rules)
        state = fold(state, events)
        rows = json.dumps([case_row(state, None), track_rows(state), step_rows(state)], default=str)
        entries = [canonical(event) for event in events]
        messages = [message(event, entry).value for event, entry in zip(events, entries, strict=True)]
        yield len(rows) + sum(map(len, (*entries, *messages)))
    if state.status != "answered":
        raise ValueError("the commands do not lead to an answer")


def _commands(appeals: Appeals) -> Iterator[AnyCommand]:
    yield appeals.command(CASE_ID)
    for step, agency in STEPS:
        reference = f"{CASE_ID[:8]}-{step}"
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
            yield appeals.status(CASE_ID, step, agency, status, reference)
