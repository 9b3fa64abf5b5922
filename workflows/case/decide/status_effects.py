"""What follows when the set of an agency's statements about an assignment has grown. Pure.

The set before and after are folded (`workflows.case.status_fold`); their difference becomes events. The
first end in the agency's own order stands. One that comes after others, and is earlier in the order, takes
their place: what had followed on them is undone.
"""

from typing import assert_never

from catalogue.terms import CENTRE
from schemas.agency_statuses import AssignmentStatus
from schemas.frozen import AgencyId, Code
from schemas.step_events import (
    StatusIgnored,
    StepAcknowledged,
    StepForwarded,
    StepFulfilled,
    StepInformationRequested,
    StepProgressed,
    StepRefused,
)
from workflows.case.clocks import due_of, information_term
from workflows.case.decide.decision import Decision
from workflows.case.decide.information import follow_waits
from workflows.case.decide.informing import can_be_told
from workflows.case.decide.progress import is_closed_by_the_centre
from workflows.case.decide.suspensions import resume_all
from workflows.case.decide.tasks import raise_task, settle_of, undo_end, undo_forward
from workflows.case.evolve.statements import assignments_of, statements_of
from workflows.case.rules import Rules
from workflows.case.state import StepState
from workflows.case.statements import ENDS, Statement
from workflows.case.status_fold import Standing, fold_statements

CONTRADICTS = "status.contradicts_end"
"""Why a second, other end of a step is kept without effect until a person has decided."""

EARLIER_END = "status.earlier_end"
"""Why an end is undone: another end comes before it in the agency's own order."""


def apply_statement(decision: Decision, step: StepState, status: AssignmentStatus) -> None:
    """Take a status that is about this attempt of the step, or about one that was forwarded before."""
    known = statements_of(step, status.attempt)
    before, after = fold_statements(known), fold_statements((*known, Statement.of(status)))
    if status.attempt == step.attempt:
        _apply_to_present(decision, step, status, after)
    else:
        _apply_to_former(decision, step, status, before, after)
    _follow_doubts(decision, step.key, before, after)


def follow_decision(decision: Decision, task: str) -> None:
    """Apply what the agency has stated after what a person has now decided on."""
    settled = decision.state.task(task)
    step = decision.state.step(settled.subject) if settled is not None else None
    if settled is None or step is None or settled.kind not in ("correction", "contradictory_ends"):
        return
    for attempt in assignments_of(step):
        standing = fold_statements(statements_of(step, attempt))
        if attempt == step.attempt and step.running:
            _follow(decision, step, standing)
        _follow_doubts(decision, step.key, Standing(), standing)


def _apply_to_present(decision: Decision, step: StepState, status: AssignmentStatus, after: Standing) -> None:
    identity = status.status_id
    is_end = after.end is not None and after.end.id == identity
    if is_end and _is_barred(decision, step, status):
        decision.emit(StatusIgnored(reason=CONTRADICTS, status=status))
        return
    if is_end and step.ended_by is not None:
        _undo_for(decision, step, status)
    if identity in after.asked:
        _ask(decision, step.key, status, after)
    if step.status != "cancelled":
        follow_waits(decision, step.key, after)
    if is_end:
        _end(decision, step.key, status)
    elif identity not in after.asked:
        _record_progress(decision, step.key, status, after)
    _end_by_the_order(decision, step.key, after)
    _ask_by_the_order(decision, step.key, after)
    _end_in_time_or_not(decision, step.key)


def _record_progress(decision: Decision, key: str, status: AssignmentStatus, after: Standing) -> None:
    """Record a status that is neither the end nor a question that counts."""
    holds = after.end is None and after.holder is not None and after.holder.id == status.status_id
    if after.correction is not None and after.correction.id == status.status_id:
        _raise_correction(decision, key, status)
    elif not holds:
        decision.emit(StatusIgnored(reason=_why_without_effect(status, after), status=status))
    elif after.progress == "acknowledged":
        decision.emit(StepAcknowledged(step=key, status=status))
    else:
        decision.emit(StepProgressed(step=key, status=status))


def _why_without_effect(status: AssignmentStatus, after: Standing) -> Code:
    if any(other.id == status.status_id for other in after.contradicting):
        return CONTRADICTS
    if status.status == "corrected":
        return "status.nothing_to_correct" if after.correction is None else "status.correction_waits"
    return "status.superseded" if after.end is None else "status.step_ended"


def _raise_correction(decision: Decision, key: str, status: AssignmentStatus) -> None:
    """Ask a person, or keep the correction beside the one on which a person is asked already."""
    count = len(decision.payloads)
    raise_task(decision, "correction", key, status)
    if len(decision.payloads) == count:
        decision.emit(StatusIgnored(reason="status.correction_waits", status=status))


def _apply_to_former(
    decision: Decision, step: StepState, status: AssignmentStatus, before: Standing, after: Standing
) -> None:
    """An assignment that was forwarded ended otherwise, where another end comes first in the order.

    Once the next agency has the step, only a person takes it from there: a task asks for that.
    """
    identity = status.status_id
    end = after.end.whole if after.end is not None else None
    forward = before.end.id if before.end is not None else None
    if end is not None and end.status_id != forward and _is_on_its_way(step, status.attempt):
        if end.status_id != identity:
            decision.emit(StatusIgnored(reason="status.attempt_superseded", status=status))
        undo_forward(decision, step, status.attempt, reason=EARLIER_END)
        follow_waits(decision, step.key, after)
        _end(decision, step.key, end)
    elif after.correction is not None and after.correction.id == identity:
        _raise_correction(decision, step.key, status)
    else:
        in_doubt = after.contradicting and status.status in ENDS
        reason = CONTRADICTS if in_doubt else "status.attempt_superseded"
        decision.emit(StatusIgnored(reason=reason, status=status))


def _end_by_the_order(decision: Decision, key: str, after: Standing) -> None:
    """A status without a number changes its place when a numbered one comes in: another end is the first."""
    step, end = decision.state.step(key), after.end
    if step is None or step.ended_by is None or end is None or end.whole is None:
        return
    if end.id != step.ended_by.status_id and not _is_barred(decision, step, end.whole):
        _undo_for(decision, step, end.whole)
        _end(decision, key, end.whole)


def _ask_by_the_order(decision: Decision, key: str, after: Standing) -> None:
    """The same of a question that waits for an answer by the order, and had been overtaken before."""
    step, question = decision.state.step(key), after.question
    if step is None or question is None or question.whole is None or after.end is not None:
        return
    if step.running and step.status != "information_requested":
        _ask(decision, key, question.whole, after)


def _is_on_its_way(step: StepState, forwarded: int) -> bool:
    """Whether no agency has the step since it was forwarded as that attempt: it can still return unseen."""
    last = step.former[-1].attempt if step.former else None
    untouched = step.reference is None and not step.statements
    return last == forwarded and untouched and step.status in ("forwarded", "dispatched")


def _undo_for(decision: Decision, step: StepState, earlier: AssignmentStatus) -> None:
    """Undo the present end.

    What followed on it stands where the earlier end is of the same kind, or the applicant asks for nothing
    more.
    """
    keeps = earlier.status == step.status or _is_withdrawn(decision, step)
    undo_end(decision, step, reason=EARLIER_END, keeps_followers=keeps)


def _is_barred(decision: Decision, step: StepState, end: AssignmentStatus) -> bool:
    """Whether an end must not take the place of the present one by itself, though it is earlier in the order.

    No agency works again on what was withdrawn. What the centre has answered, only a person opens again.
    """
    if end.status == "forwarded" and _is_withdrawn(decision, step):
        return True
    is_other = step.ended_by is not None and end.status != step.status
    return is_other and is_closed_by_the_centre(decision.state, step.track)


def _is_withdrawn(decision: Decision, step: StepState) -> bool:
    track = decision.state.track(step.track)
    return track is not None and track.withdrawn


def _ask(decision: Decision, key: str, status: AssignmentStatus, after: Standing) -> None:
    """The applicant's time begins when we know of the question, since they are notified then.

    Where nobody can be, it begins when a person has told them.
    """
    waits = after.end is None and after.question is not None and after.question.id == status.status_id
    told = can_be_told(decision.state)
    begins = max(status.received_at, decision.now)
    decision.emit(
        StepInformationRequested(
            step=key,
            status=status,
            clock=information_term(begins, decision.rules) if waits and told else None,
            overtaken=None if waits else True,
            untold=True if waits and not told else None,
        )
    )


def _end(decision: Decision, key: str, status: AssignmentStatus) -> None:
    step = decision.state.step(key)
    if step is None:
        return
    match status.status:
        case "forwarded":
            target = _forwarded_to(step, status, decision.rules)
            decision.emit(
                StepForwarded(
                    step=key,
                    status=status,
                    to_agency=target,
                    hop=step.hop + 1,
                    in_time=_is_forwarded_in_time(step, status, decision.rules),
                )
            )
        case "fulfilled" | "refused":
            resume_all(decision, step, status.received_at)
            kind = StepFulfilled if status.status == "fulfilled" else StepRefused
            decision.emit(kind(step=key, status=status, in_time=_is_in_time(decision, key, status)))
        case "acknowledged" | "in_progress" | "information_requested" | "note" | "corrected":
            pass  # no end
        case _:
            assert_never(status.status)


def _is_forwarded_in_time(step: StepState, status: AssignmentStatus, rules: Rules) -> bool:
    """Every agency has the forwarding term to find that it is not competent, whatever its own norm."""
    began = min((clock.started_at for clock in step.clocks if clock.kind != "information"), default=None)
    return began is None or status.received_at <= rules.calendar.due_at(began, rules.terms.forwarding)


def _is_in_time(decision: Decision, key: str, end: AssignmentStatus) -> bool:
    step = decision.state.step(key)
    due_at = due_of(step) if step is not None else None  # suspensions that ended have moved it
    return due_at is None or end.received_at <= due_at


def _end_in_time_or_not(decision: Decision, key: str) -> None:
    """The step had ended before we heard of what moves its deadline: its end is recorded anew."""
    step = decision.state.step(key)
    if step is None or step.ended_by is None or step.in_time is None:
        return
    if step.status in ("fulfilled", "refused") and step.in_time != _is_in_time(decision, key, step.ended_by):
        undo_end(decision, step, reason="status.deadline_moved", keeps_followers=True)
        _end(decision, key, step.ended_by)


def _follow(decision: Decision, step: StepState, standing: Standing) -> None:
    """Bring the step, on which its agency works again, to where the statements have it."""
    question = standing.question
    if standing.end is not None and standing.end.whole is not None:
        follow_waits(decision, step.key, standing)
        _end(decision, step.key, standing.end.whole)
    elif question is not None and question.whole is not None and step.status != "information_requested":
        _ask(decision, step.key, question.whole, standing)
        follow_waits(decision, step.key, standing)


def _follow_doubts(decision: Decision, key: str, before: Standing, after: Standing) -> None:
    """What is in doubt becomes a task; a doubt that a later statement has explained is one no more."""
    known = {other.id for other in before.contradicting}
    new = [other for other in after.contradicting if other.id not in known]
    if new:
        raise_task(decision, "contradictory_ends", key, new[-1].whole)
    elif before.contradicting and not after.contradicting:
        settle_of(decision, "contradictory_ends", key, "superseded")
    if after.correction is not None and before.correction is None:
        raise_task(decision, "correction", key)
    elif before.correction is not None and after.correction is None:
        settle_of(decision, "correction", key, "superseded")


def _forwarded_to(step: StepState, status: AssignmentStatus, rules: Rules) -> AgencyId:
    """The agency named; the centre, where that is none, itself, not connected, or too many hops were made."""
    named = status.forward_to
    if named == step.agency_id or named not in rules.connected or step.hop >= rules.terms.maximum_hops:
        return CENTRE
    return named
