"""How a case takes what an agency states about an assignment. Pure.

Statuses come doubled, shuffled, late, or before our own acknowledgement. All of one assignment are a set:
what it comes to is folded anew when it grows (`workflows.case.status_fold`), and what differs from before
becomes events. What changes nothing now is kept with its reason.
"""

from collections.abc import Sequence

from catalogue.terms import CENTRE
from schemas.agency_statuses import AssignmentStatus
from schemas.frozen import Code
from schemas.step_events import StatusIgnored, StatusNoted, StepAcknowledged, StepDelivered, StepUndelivered
from workflows.case.commands import ReportDispatch, ReportStatus
from workflows.case.decide.decision import Decision
from workflows.case.decide.refusals import refuse
from workflows.case.decide.status_effects import apply_statement
from workflows.case.decide.tasks import raise_task
from workflows.case.evolve.statements import NOT_SENT, TOO_MANY, assignments_of, statements_of
from workflows.case.limits import (
    MOST_EARLY,
    ends_too_often,
    has_space_for_note,
    remembers_too_much,
    states_too_much,
)
from workflows.case.state import CaseState, StepState
from workflows.case.statements import PROGRESS, Statement


def report_status(decision: Decision, command: ReportStatus) -> None:
    """Take one status of an agency, or keep it as ignored; what a person must decide becomes a task."""
    if command.actor.kind == "agency" and command.actor.id != command.status.agency_id:
        decision.emit(StatusIgnored(reason="status.agency_not_assigned", status=command.status))
    else:
        _take(decision, command.status)


def take_early_status(decision: Decision) -> bool:
    """Take one status that came before its assignment was sent; whether there was one."""
    for step in decision.state.steps:
        for status in step.early:
            if status.attempt <= step.attempt and step.status != "waiting":
                _take(decision, status)
                return True
    return False


def _take(decision: Decision, status: AssignmentStatus) -> None:
    step = decision.state.step(status.step)
    reason = _why_ignored(decision.state, step, status)
    if step is None or reason is not None:
        decision.emit(StatusIgnored(reason=reason or "status.step_unknown", status=status))
    elif status.status == "note":
        decision.emit(StatusNoted(step=step.key, status=status))
    elif has_space_for_note(decision.state, status.sealed_note):
        apply_statement(decision, step, status)
    else:
        _apply_without_note(decision, step, status)


def _apply_without_note(decision: Decision, step: StepState, status: AssignmentStatus) -> None:
    """The status counts; its words stand in the ledger alone, and a person tells the applicant of them."""
    decision.emit(StatusNoted(step=step.key, status=status))
    apply_statement(decision, step, status.model_copy(update={"sealed_note": None}))
    raise_task(decision, "inform_applicant", step.track, notice="answer")


def _why_ignored(state: CaseState, step: StepState | None, status: AssignmentStatus) -> Code | None:
    """Why a status is not about an assignment of the case, or states nothing."""
    if step is None:
        return "status.step_unknown"
    if _went_to_another_case(state, step):
        return "status.track_handed_over"
    if status.attempt not in assignments_of(step):
        return _why_early(state, step, status) if _is_early(step, status) else "status.attempt_superseded"
    if status.agency_id != _agency_of(step, status.attempt):
        return "status.agency_not_assigned"
    if any(known.id == status.status_id for known in statements_of(step, status.attempt)):
        return "status.repeated"
    if status.status == "note":
        return TOO_MANY if remembers_too_much(state) else None
    return _why_without_effect(state, step, status)


def _why_early(state: CaseState, step: StepState, status: AssignmentStatus) -> Code:
    """It waits for its assignment, unless too much does."""
    waits = len(step.early) < MOST_EARLY and has_space_for_note(state, status.sealed_note)
    return NOT_SENT if waits else TOO_MANY


def _why_without_effect(state: CaseState, step: StepState, status: AssignmentStatus) -> Code | None:
    if status.attempt == step.attempt:
        if step.status == "waiting":
            return NOT_SENT
        if step.ended and step.ended_by is None:  # by a person, not by its agency
            return "status.step_ended"
    if _is_too_much(state, statements_of(step, status.attempt), status):
        return TOO_MANY
    if status.status == "refused" and not (status.reason_code or status.sealed_note):
        return "status.refusal_without_reason"
    return "status.centre_reassigns" if status.status == "forwarded" and status.agency_id == CENTRE else None


def _is_too_much(state: CaseState, known: Sequence[Statement], status: AssignmentStatus) -> bool:
    if status.status in PROGRESS:
        return states_too_much(state, known, status.sealed_note)
    return ends_too_often(known)


def _is_early(step: StepState, status: AssignmentStatus) -> bool:
    return status.attempt > max(step.attempt, step.last_attempt) and status.via != "casework"


def _agency_of(step: StepState, attempt: int) -> str:
    return next((known.agency_id for known in step.former if known.attempt == attempt), step.agency_id)


def _went_to_another_case(state: CaseState, step: StepState) -> bool:
    track = state.track(step.track)
    return track is not None and track.handed_to is not None


def report_dispatch(decision: Decision, command: ReportDispatch) -> None:
    """Take how a group of attempts to deliver an assignment ended."""
    step = decision.state.step(command.step)
    if step is None or step.attempt != command.attempt or step.reference is not None:
        refuse(decision, "dispatch.superseded", "Nothing is to be done: it was replaced or delivered.")
        return
    if command.reference is None:
        decision.emit(
            StepUndelivered(
                step=step.key,
                attempt=command.attempt,
                group=command.group,
                error_code=command.error_code or "dispatch.failed",
            )
        )
        return
    decision.emit(StepDelivered(step=step.key, attempt=command.attempt, reference=command.reference))
    if command.acknowledgement is not None and step.status == "dispatched":
        decision.emit(StepAcknowledged(step=step.key, status=command.acknowledgement))
