"""Histories as the case decides them, and how they are stored."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from doctor.case_invariants import StoredCase
from ledger.chain import GENESIS, canonical, chain
from schemas.case_events import CaseEvent, RecordedEvent
from tests.builders import RULES, SEQUENTIAL, appeal, later, receive, report
from workflows.case.commands import AnyCommand
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.state import CaseState

CASE = appeal().case_id
OPEN = (receive(SEQUENTIAL),)
ANSWERED = (
    *OPEN,
    report("t1.examine", "fulfilled"),
    report("t1.decide", "fulfilled", agency="mlspp", at=later(30)),
)


def decided(*commands: AnyCommand) -> tuple[RecordedEvent, ...]:
    """The history of a case that decided these commands one after another."""
    state, history = CaseState(case_id=CASE), ()
    for command in commands:
        recorded = decide_all(state, [command], command.received_at, RULES)
        state, history = fold(state, recorded), (*history, *recorded)
    return history


def stored(history: Sequence[RecordedEvent]) -> StoredCase:
    """A history as it is stored, with its rows in the read model."""
    case_id = history[0].case_id
    state = fold(CaseState(case_id=case_id), history)
    return StoredCase(
        case_id=case_id,
        entries=[canonical(event) for event in history],
        row=case_row(state, history[-1].recorded_at),
        tracks=track_rows(state),
        steps=step_rows(state),
    )


def restored(history: Sequence[RecordedEvent]) -> StoredCase:
    """A history that somebody rewrote, with a read model that fits it."""
    return stored([RecordedEvent.model_validate_json(entry) for entry in rechained(history)])


def rechained(history: Sequence[RecordedEvent]) -> list[str]:
    """The entries of a rewritten history: numbered and chained anew, so that they verify."""
    events = [
        CaseEvent(**{name: getattr(event, name) for name in CaseEvent.model_fields} | {"seq": seq})
        for seq, event in enumerate(history, 1)
    ]
    return [canonical(event) for event in chain(GENESIS, events)]


def shown(case: StoredCase, **columns: Any) -> StoredCase:
    """The case with other values in its row."""
    assert case.row is not None
    return replace(case, row={**case.row, **columns})
