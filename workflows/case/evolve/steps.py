"""What events make of a step. Pure."""

from typing import Literal

from schemas.agency_statuses import AssignmentStatus
from schemas.case_lifecycle_events import NoticeUndelivered
from schemas.step_events import (
    InformationTermBegun,
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
from workflows.case.evolve.statements import (
    add_statement,
    decide_correction,
    forget_early,
    former_of,
    is_of_another_case,
    last_order_of,
    progress_by_the_order,
    undo_ends,
    without_information,
)
from workflows.case.state import CaseState


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
        statements=(),
    )
    return pass_on_supplements(sent, payload)


def progress(
    state: CaseState, key: str, status: Literal["acknowledged", "in_progress"], reported: AssignmentStatus
) -> CaseState:
    """The agency works on the step."""
    return _wait_no_more(_stated(state, key, reported), key, status=status)


def request_information(state: CaseState, payload: StepInformationRequested) -> CaseState:
    """The agency waits for the applicant, whose own time runs; where it had gone on already, it does not."""
    stated = _stated(state, payload.step, payload.status)
    if payload.overtaken:
        return progress_by_the_order(stated, payload.step)
    update: dict[str, object] = {"status": "information_requested"}
    step = stated.step(payload.step)
    if step is not None and payload.clock is not None:
        update["clocks"] = (*without_information(step), payload.clock)
    elif step is not None and payload.untold:
        update["clocks"] = without_information(step)
    return replace_step(stated, payload.step, **update)


def begin_information_term(state: CaseState, payload: InformationTermBegun) -> CaseState:
    """The applicant has been told what the agency waits for; their own time runs."""
    step = state.step(payload.step)
    if step is None or step.status != "information_requested":
        return state
    return replace_step(state, payload.step, clocks=(*without_information(step), payload.clock))


def wait_until_told(state: CaseState, payload: NoticeUndelivered) -> CaseState:
    """Nobody was told what the agency waits for: the applicant's time waits until a person tells them."""
    step = state.step(payload.subject)
    if payload.notice != "information" or step is None or step.status != "information_requested":
        return state
    return replace_step(state, payload.subject, clocks=without_information(step))


def end(
    state: CaseState,
    key: str,
    status: Literal["fulfilled", "refused"],
    reported: AssignmentStatus,
    in_time: bool,
) -> CaseState:
    """The agency has ended the step."""
    return _wait_no_more(
        _stated(state, key, reported), key, status=status, ended_by=reported, in_time=in_time
    )


def forward(state: CaseState, payload: StepForwarded) -> CaseState:
    """The step is to be sent to another agency; what its agency states of it may still change that."""
    stated = _stated(state, payload.step, payload.status)
    step = stated.step(payload.step)
    return replace_step(
        stated,
        payload.step,
        status="forwarded",
        agency_id=payload.to_agency,
        hop=payload.hop,
        former=(*step.former, former_of(step)) if step is not None else (),
        ended_by=None,
        in_time=None,
    )


def _stated(state: CaseState, key: str, reported: AssignmentStatus) -> CaseState:
    return add_statement(forget_early(state, key, reported), key, reported)


def _wait_no_more(state: CaseState, key: str, **update: object) -> CaseState:
    step = state.step(key)
    return state if step is None else replace_step(state, key, clocks=without_information(step), **update)


def reassign(state: CaseState, payload: StepReassigned) -> CaseState:
    """The step waits for its next agency; the last one is recalled."""
    recalled = recall(state, payload.step)
    return replace_step(recalled, payload.step, status="waiting", agency_id=payload.to_agency, former=())


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
        recalled, payload.step, status="waiting", ended_by=None, in_time=None, cancelled_for=None, former=()
    )


def correct(state: CaseState, payload: StepCorrected) -> CaseState:
    """An end was undone: the agency works on the step again, by a person's decision or until it ends anew.

    A step that had ended in the case from which it came is sent anew, by clocks that run on.
    """
    key = payload.step
    if payload.task and _ended_in_another_case(state, key):
        sent_anew = {"status": "waiting", "keeps_clocks": True, "statements": ()}
        return replace_step(state, key, ended_by=None, in_time=None, **sent_anew)
    if payload.task:
        state = _decided(state, payload)
    if payload.attempt is not None:
        state = _return_to(state, key, payload.attempt)
    if payload.task and _is_about_two_ends(state, payload):
        state = undo_ends(state, key)
    return replace_step(state, key, status="in_progress", ended_by=None, in_time=None)


def _ended_in_another_case(state: CaseState, key: str) -> bool:
    step = state.step(key)
    if step is None or step.ended_by is None:
        return False
    return is_of_another_case(state, step, step.ended_by)


def _decided(state: CaseState, payload: StepCorrected) -> CaseState:
    if _is_about_two_ends(state, payload):
        return state
    return decide_correction(state, payload.step, payload.attempt, confirmed=True)


def _is_about_two_ends(state: CaseState, payload: StepCorrected) -> bool:
    task = state.task(payload.task)
    return task is not None and task.kind == "contradictory_ends"


def _return_to(state: CaseState, key: str, attempt: int) -> CaseState:
    """The step is with the agency that had forwarded it; who has it now is sent a recall."""
    recalled = recall(state, key)
    step = recalled.step(key)
    former = next((known for known in step.former if known.attempt == attempt), None) if step else None
    if step is None or former is None:
        return state
    return replace_step(
        recalled,
        key,
        **{name: getattr(former, name) for name in type(former).model_fields},
        former=tuple(known for known in step.former if known.attempt < attempt),
        last_attempt=max(step.attempt, step.last_attempt),
        last_order=last_order_of(former.statements),
    )
