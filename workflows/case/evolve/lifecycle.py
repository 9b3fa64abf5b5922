"""What events make of the case as a whole: opened, joined, answered, opened again. Pure."""

from schemas.case_lifecycle_events import AppealJoined, AppealShared, CaseAnswered, CaseOpened, CaseReopened
from workflows.case.evolve import terms
from workflows.case.evolve.state_updates import add_appeals
from workflows.case.state import CaseState


def open_case(state: CaseState, payload: CaseOpened) -> CaseState:
    """The first opening, with its appeal and its statutory term."""
    begun = state.model_copy(update={"status": "open", "opening": payload.opening})
    opened = add_appeals(begun, (payload.appeal,))
    return terms.begin(opened, payload.appeal.appeal_id, payload.clock)


def reopen_case(state: CaseState, payload: CaseReopened) -> CaseState:
    """A further opening, with an outcome of its own, within a new term or one that runs on."""
    reopened = state.model_copy(
        update={"status": "open", "opening": payload.opening, "outcome": None, "in_time": None}
    )
    return terms.begin(reopened, payload.term or f"opening/{payload.opening}", payload.clock)


def join_appeal(state: CaseState, payload: AppealJoined | AppealShared) -> CaseState:
    """One more appeal of the case, with its term; one that a hand-over has brought already is no other."""
    joined = add_appeals(state, (payload.appeal,))
    if payload.clock is None:
        return joined
    return terms.begin(joined, payload.appeal.appeal_id, payload.clock, payload.tracks or ())


def answer_case(state: CaseState, payload: CaseAnswered) -> CaseState:
    """The end of the opening, and of its terms."""
    return terms.end_all(state).model_copy(
        update={"status": "answered", "outcome": payload.outcome, "in_time": payload.in_time}
    )
