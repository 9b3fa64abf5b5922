"""What events make of the case as a whole: opened, joined, answered, opened again. Pure."""

from schemas.case_lifecycle_events import AppealJoined, CaseAnswered, CaseOpened, CaseReopened
from workflows.case.state import CaseState


def open_case(state: CaseState, payload: CaseOpened) -> CaseState:
    """The first opening, with its appeal and its statutory term."""
    return state.model_copy(
        update={
            "status": "open",
            "opening": payload.opening,
            "clock": payload.clock,
            "appeals": (*state.appeals, payload.appeal),
        }
    )


def reopen_case(state: CaseState, payload: CaseReopened) -> CaseState:
    """A further opening, with a term and an outcome of its own."""
    return state.model_copy(
        update={
            "status": "open",
            "opening": payload.opening,
            "clock": payload.clock,
            "outcome": None,
            "in_time": None,
        }
    )


def join_appeal(state: CaseState, payload: AppealJoined) -> CaseState:
    """One more appeal of the case."""
    return state.model_copy(update={"appeals": (*state.appeals, payload.appeal)})


def answer_case(state: CaseState, payload: CaseAnswered) -> CaseState:
    """The end of the opening."""
    return state.model_copy(
        update={"status": "answered", "outcome": payload.outcome, "in_time": payload.in_time}
    )
