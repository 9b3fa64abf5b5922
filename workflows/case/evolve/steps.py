"""What events make of a step. Pure."""

from typing import Literal

from schemas.agency_statuses import AssignmentStatus
from schemas.step_events import (
    StepCancelled,
    StepCorrected,
    StepDispatched,
    StepForwarded,
    StepInformationRequested,
    StepReassigned,
    StepRedispatched,
    StepRestored,
)
from workflows.case.evolve.messages import pass_on_supplements, recall
from workflows.case.evolve.state_updates import replace_step
from workflows.case.state import CaseState
from workflows.case.status_order import order_of


def dispatch(state: CaseState, payload: StepDispatched) -> CaseState:
    """The step is with its agency, which is also sent what came before."""
    step = state.step(payload.step)
    kept = step is not None and step.keeps_clocks
    sent = replace_step(
        state,
        payload.step,
        status="dispatched",
        attempt=payload.attempt,
        agency_id=payload.agency_id,
        clocks=payload.clocks,
        clock_run=step.clock_run if step is not None and kept else payload.attempt,
        keeps_clocks=False,
        reference=None,
        group=1,
        last_order=None,
    )
    return pass_on_supplements(sent, payload)


def progress(
    state: CaseState, key: str, status: Literal["acknowledged", "in_progress"], reported: AssignmentStatus
) -> CaseState:
    """The agency works on the step."""
    return replace_step(state, key, status=status, last_order=order_of(reported))


def request_information(state: CaseState, payload: StepInformationRequested) -> CaseState:
    """The agency waits for the applicant, whose own time runs."""
    update: dict[str, object] = {"status": "information_requested", "last_order": order_of(payload.status)}
    step = state.step(payload.step)
    if step is not None and payload.clock is not None:
        others = tuple(clock for clock in step.clocks if clock.kind != "information")
        update["clocks"] = (*others, payload.clock)
    return replace_step(state, payload.step, **update)


def end(
    state: CaseState,
    key: str,
    status: Literal["fulfilled", "refused"],
    reported: AssignmentStatus,
    in_time: bool,
) -> CaseState:
    """The agency has ended the step."""
    return replace_step(state, key, status=status, ended_by=reported, in_time=in_time)


def forward(state: CaseState, payload: StepForwarded) -> CaseState:
    """The step is to be sent to another agency."""
    return replace_step(state, payload.step, status="forwarded", agency_id=payload.to_agency, hop=payload.hop)


def reassign(state: CaseState, payload: StepReassigned) -> CaseState:
    """The step waits for its next agency; the last one is recalled."""
    recalled = recall(state, payload.step)
    return replace_step(recalled, payload.step, status="waiting", agency_id=payload.to_agency)


def redispatch(state: CaseState, payload: StepRedispatched) -> CaseState:
    """The step waits to be sent again, by clocks that run on; the last assignment is recalled."""
    recalled = recall(state, payload.step)
    return replace_step(recalled, payload.step, status="waiting", keeps_clocks=True)


def cancel(state: CaseState, payload: StepCancelled) -> CaseState:
    """Nobody does the step any more; who works on it is recalled."""
    recalled = recall(state, payload.step)
    return replace_step(recalled, payload.step, status="cancelled", cancelled_for=payload.reason)


def restore(state: CaseState, payload: StepRestored) -> CaseState:
    """The step waits as if it had not been done or cancelled; who works on it is recalled."""
    recalled = recall(state, payload.step)
    return replace_step(
        recalled, payload.step, status="waiting", ended_by=None, in_time=None, cancelled_for=None
    )


def correct(state: CaseState, payload: StepCorrected) -> CaseState:
    """The agency's end was a mistake: it works on the step again."""
    return replace_step(state, payload.step, status="in_progress", ended_by=None, in_time=None)
