"""How a case takes what an agency states about an assignment. Pure.

Statuses come doubled, shuffled, late, or before our own acknowledgement. Among those that do not end a
step the last by the agency's own order holds, whatever the order of arrival; the first end stands. What
changes nothing is kept with its reason.
"""

from typing import assert_never

from catalogue.terms import CENTRE
from schemas.agency_statuses import AssignmentStatus, Status
from schemas.frozen import AgencyId
from schemas.step_events import (
    StatusIgnored,
    StatusNoted,
    StepAcknowledged,
    StepDelivered,
    StepForwarded,
    StepFulfilled,
    StepProgressed,
    StepRefused,
    StepUndelivered,
)
from workflows.case.clocks import due_of
from workflows.case.commands import ReportDispatch, ReportStatus
from workflows.case.decide.decision import Decision
from workflows.case.decide.information import ask_applicant, stop_waiting
from workflows.case.decide.refusals import refuse
from workflows.case.decide.suspensions import resume_all
from workflows.case.decide.tasks import raise_task
from workflows.case.rules import Rules
from workflows.case.state import CaseState, StepState
from workflows.case.status_order import order_of

_PROGRESS: frozenset[Status] = frozenset({"acknowledged", "in_progress", "information_requested"})
"""Of these the last by the agency's own order holds."""

CONTRADICTS = "status.contradicts_end"
"""Why a second, other end of a step is kept without effect until a person has decided."""


def report_status(decision: Decision, command: ReportStatus) -> None:
    """Take one status of an agency, or keep it as ignored; what a person must decide becomes a task."""
    reported = command.status
    step = decision.state.step(reported.step)
    reason = _why_ignored(decision.state, step, command)
    if step is None or reason is not None:
        decision.emit(StatusIgnored(reason=reason or "status.step_unknown", status=reported))
        if step is not None and reason == CONTRADICTS:
            raise_task(decision, "contradictory_ends", step.key, reported)
        return
    match reported.status:
        case "acknowledged":
            stop_waiting(decision, step, reported.received_at)
            decision.emit(StepAcknowledged(step=step.key, status=reported))
        case "in_progress":
            stop_waiting(decision, step, reported.received_at)
            decision.emit(StepProgressed(step=step.key, status=reported))
        case "information_requested":
            ask_applicant(decision, step, reported)
        case "fulfilled" | "refused":
            _end(decision, step, reported)
        case "forwarded":
            stop_waiting(decision, step, reported.received_at)
            target = _forwarded_to(step, reported, decision.rules)
            decision.emit(StepForwarded(step=step.key, status=reported, to_agency=target, hop=step.hop + 1))
        case "note":
            decision.emit(StatusNoted(step=step.key, status=reported))
        case "corrected":
            raise_task(decision, "correction", step.key, reported)
        case _:
            assert_never(reported.status)


def _end(decision: Decision, step: StepState, reported: AssignmentStatus) -> None:
    resume_all(decision, step, reported.received_at)
    due_at = due_of(decision.state.step(step.key) or step)  # a suspension that ended just now has moved it
    in_time = due_at is None or reported.received_at <= due_at
    kind = StepFulfilled if reported.status == "fulfilled" else StepRefused
    decision.emit(kind(step=step.key, status=reported, in_time=in_time))


def _why_ignored(state: CaseState, step: StepState | None, command: ReportStatus) -> str | None:
    status = command.status
    if step is None:
        return "status.step_unknown"
    if _went_to_another_case(state, step):
        return "status.track_handed_over"
    if status.attempt != step.attempt:
        return "status.attempt_superseded"
    if status.agency_id != step.agency_id or _reports_for_another(command):
        return "status.agency_not_assigned"
    return None if status.status == "note" else _why_without_effect(state, step, status)


def _why_without_effect(state: CaseState, step: StepState, status: AssignmentStatus) -> str | None:
    if step.status in ("waiting", "forwarded"):
        return "status.step_not_sent"
    if status.status == "corrected":
        return _why_not_corrected(step, state)
    if step.ended:
        return CONTRADICTS if _contradicts(step, status) else "status.step_ended"
    if status.status == "refused" and not (status.reason_code or status.sealed_note):
        return "status.refusal_without_reason"
    if status.status == "forwarded" and step.agency_id == CENTRE:
        return "status.centre_reassigns"
    superseded = step.last_order is not None and order_of(status) <= step.last_order
    return "status.superseded" if status.status in _PROGRESS and superseded else None


def _went_to_another_case(state: CaseState, step: StepState) -> bool:
    track = state.track(step.track)
    return track is not None and track.handed_to is not None


def _why_not_corrected(step: StepState, state: CaseState) -> str | None:
    if step.ended_by is None:
        return "status.nothing_to_correct"
    waits = any(
        (task.kind, task.subject, task.decision) == ("correction", step.key, None) for task in state.tasks
    )
    return "status.correction_waits" if waits else None


def _contradicts(step: StepState, status: AssignmentStatus) -> bool:
    ends = {"fulfilled", "refused"}
    return step.ended_by is not None and {step.ended_by.status, status.status} == ends


def _reports_for_another(command: ReportStatus) -> bool:
    return command.actor.kind == "agency" and command.actor.id != command.status.agency_id


def _forwarded_to(step: StepState, status: AssignmentStatus, rules: Rules) -> AgencyId:
    """The agency named; the centre, where that is none, itself, not connected, or too many hops were made."""
    named = status.forward_to
    if named == step.agency_id or named not in rules.connected or step.hop >= rules.terms.maximum_hops:
        return CENTRE
    return named


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
