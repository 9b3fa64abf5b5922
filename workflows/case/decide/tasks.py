"""What a person must decide, and what follows from the decision. Pure."""

from typing import Literal, assert_never

from catalogue.terms import COMMISSION
from schemas.agency_statuses import AssignmentStatus
from schemas.case_lifecycle_events import (
    CaseReopened,
    NoticeKind,
    TaskKind,
    TaskRaised,
    TaskSettled,
    TrackReopened,
)
from schemas.clocks import ClockReading
from schemas.frozen import AgencyId, Code, Sealed
from schemas.step_events import StepCancelled, StepCorrected, StepReassigned, StepRedispatched, StepRestored
from workflows.case.clocks import statutory_term
from workflows.case.commands import DecideAgendaItem, Placement, SettleTask
from workflows.case.decide.decision import Decision
from workflows.case.decide.progress import next_track_key, open_track
from workflows.case.decide.refusals import refuse
from workflows.case.decide.terms import names_of
from workflows.case.evolve.statements import assignments_of, is_of_another_case, statements_of
from workflows.case.limits import has_space_for_words
from workflows.case.state import CaseState, StepState, TaskState, TermState
from workflows.case.status_fold import fold_statements

REPEAT = "appeal.repeat"
"""The reason code of an appeal that is left unconsidered because it repeats what was answered."""

CORRECTED = "step.corrected"
"""Why a step is done again whose end was mistaken, or that of one before it."""

_ABOUT_AN_END: tuple[TaskKind, ...] = ("correction", "contradictory_ends")

_BEFORE: dict[TaskKind, Literal["centre", "commission"]] = {"agenda": "commission"}


def raise_task(
    decision: Decision,
    kind: TaskKind,
    subject: str,
    status: AssignmentStatus | None = None,
    *,
    legal_basis: str | None = None,
    earlier: tuple[str, ...] = (),
    notice: NoticeKind | None = None,
) -> None:
    """Ask a person to decide something, once for its kind, subject and notice while it is open."""
    same = [task for task in decision.state.tasks if (task.kind, task.subject) == (kind, subject)]
    if any(task.decision is None and task.notice == notice for task in same):
        return
    decision.emit(
        TaskRaised(
            task=f"{kind}/{subject}/{len(same) + 1}",
            kind=kind,
            before=_BEFORE.get(kind, "centre"),
            subject=subject,
            status=status,
            legal_basis=legal_basis,
            earlier=earlier,
            notice=notice,
        )
    )


def settle_task(decision: Decision, command: SettleTask) -> None:
    """Take the staff's decision on a task of the centre."""
    task = _open_task(decision, command.task)
    if task is None:
        refuse(decision, "settle.no_open_task", "Name an open task; `vahid case show` lists them.")
    elif task.before == COMMISSION:
        refuse(
            decision, "settle.commission_decides", "It is on the Commission's agenda: `vahid case decide`."
        )
    elif command.decision == "confirm" and task.kind in _ABOUT_AN_END and _is_withdrawn(decision, task):
        refuse(decision, "settle.withdrawn", "The applicant no longer asks for it: dismiss it.")
    elif command.decision == "dismiss" and task.notice == "information":
        allowed = (
            "Tell the applicant, then confirm it; or close the track. Else the question would never end."
        )
        refuse(decision, "settle.must_be_told", allowed)
    else:
        decision.emit(TaskSettled(task=task.id, decision=command.decision, sealed_note=command.sealed_note))
        if command.decision == "confirm":
            _confirm(decision, task)


def _confirm(decision: Decision, task: TaskState) -> None:
    match task.kind:
        case "contradictory_ends" | "correction":
            _undo_end(decision, task)
        case "repeat_appeal":
            _leave_unconsidered(decision, task)
        case "likely_duplicate" | "same_person" | "undelivered_message" | "inform_applicant" | "agenda":
            pass  # the decision itself is all
        case _:
            assert_never(task.kind)


def settle_of(
    decision: Decision, kind: TaskKind, subject: str, chosen: Code, *, notice: NoticeKind | None = None
) -> None:
    """Settle a task that another command has decided along with its own work."""
    for task in decision.state.tasks:
        if (task.kind, task.subject, task.notice, task.decision) == (kind, subject, notice, None):
            decision.emit(TaskSettled(task=task.id, decision=chosen))


def decide_agenda_item(decision: Decision, command: DecideAgendaItem) -> None:
    """Take the Commission's decision; an instruction comes back to the case as a step."""
    task = _open_task(decision, command.task)
    if task is None or task.before != COMMISSION:
        refuse(decision, "decide.no_agenda_item", "Name an open item of the agenda; see `vahid case show`.")
    else:
        chosen = "instructed" if command.instruction is not None else "noted"
        decision.emit(TaskSettled(task=task.id, decision=chosen, sealed_note=command.sealed_note))
        if command.instruction is not None:
            _instruct(decision, command.instruction, task.subject, command.sealed_note)


def _instruct(decision: Decision, instruction: Placement, about: str, sealed: Sealed | None) -> None:
    """What the Commission decides has the time that it names."""
    passport = instruction.passport
    days = max(step.resolve_within for step in passport.steps), passport.legal_basis
    open_track_with_term(decision, instruction, "instruction", about, sealed, days)


def reopen_case(decision: Decision, reason: Code, clock: ClockReading, term: str) -> None:
    """Open an answered case again, within the statutory term `clock`, which is that of `term`."""
    opening = decision.state.opening + 1
    decision.emit(CaseReopened(opening=opening, reason=reason, clock=clock, term=term))


def open_track_with_term(
    decision: Decision,
    placement: Placement,
    purpose: Literal["review", "instruction"],
    about: str,
    sealed: Sealed | None,
    days: tuple[int, str],
) -> None:
    """Begin a review or an instruction within a term of its own: so many working days, on that basis.

    Words beyond the limit stand in the ledger alone: a person hands them to the agencies.
    """
    clock = statutory_term(decision.command.received_at, *days, decision.rules)
    if decision.state.ended:
        reason = "objection" if purpose == "review" else "commission.instruction"
        reopen_case(decision, reason, clock, next_track_key(decision.state))
    is_sent = sealed is None or has_space_for_words(decision.state, sealed)
    key = next_track_key(decision.state)
    open_track(decision, placement, purpose, about, sealed if is_sent else None, clock=clock)
    if not is_sent:
        raise_task(decision, "undelivered_message", key)


def reopen_track(decision: Decision, key: str, reason: Code) -> None:
    """Have an answered track worked on again, and its case with it; an open one stays as it is.

    The terms in which it was to be answered run on: no edit restarts a clock.
    """
    track = decision.state.track(key)
    if track is None or track.outcome is None:
        return
    terms = [term for term in decision.state.terms if key in term.tracks]
    if decision.state.ended:
        first = min(terms, key=lambda term: term.clock.due_at, default=None) or _last_term(decision.state)
        terms = terms or [first]
        reopen_case(decision, reason, first.clock, first.key)
    names = names_of(decision.state, (term.key for term in terms)) if terms else None
    decision.emit(TrackReopened(track=key, reason=reason, terms=names))


def _last_term(state: CaseState) -> TermState:
    """The term of a case whose history names no track's: the one that ran last."""
    return state.terms[-1]


def _open_task(decision: Decision, identity: str) -> TaskState | None:
    task = decision.state.task(identity)
    return task if task is not None and task.decision is None else None


def _is_withdrawn(decision: Decision, task: TaskState) -> bool:
    step = decision.state.step(task.subject)
    track = decision.state.track(step.track) if step is not None else None
    return track is not None and track.withdrawn


def _undo_end(decision: Decision, task: TaskState) -> None:
    """The end of the step was mistaken: its agency works on it again, the steps after it wait again.

    It is the end of the assignment that the task is about, else the last one in doubt.
    """
    step = decision.state.step(task.subject)
    if step is None:
        return
    about = task.status.attempt if task.status is not None else None
    in_doubt = (known for known in assignments_of(step, about) if _is_in_doubt(step, known, task.kind))
    attempt = next(in_doubt, step.attempt)
    if attempt != step.attempt:
        undo_forward(decision, step, attempt, task=task.id)
    elif step.ended_by is not None and step.status in ("fulfilled", "refused"):
        undo_end(decision, step, task=task.id)
    elif task.status is not None and is_of_another_case(decision.state, step, task.status):
        _give_back(decision, step, task.status.agency_id)


def _give_back(decision: Decision, step: StepState, agency: AgencyId) -> None:
    """The forward by which `agency` lost the step, in the case from which it came, was mistaken."""
    if step.running and step.agency_id != agency and agency in decision.rules.connected:
        decision.emit(StepReassigned(step=step.key, from_agency=step.agency_id, to_agency=agency))


def undo_end(
    decision: Decision,
    step: StepState,
    *,
    task: str = "",
    reason: Code | None = None,
    keeps_followers: bool = False,
) -> None:
    """Undo how the step ended, by a decision on `task` or for another `reason`."""
    undone: Literal["fulfilled", "refused"] = "fulfilled" if step.status == "fulfilled" else "refused"
    if not keeps_followers:
        reopen_track(decision, step.track, CORRECTED)
    decision.emit(StepCorrected(step=step.key, undone=undone, task=task, reason=reason))
    if keeps_followers:
        return
    for later in _that_follow(decision, step):
        restore(decision, later, CORRECTED)


def undo_cancel(decision: Decision, step: StepState, reason: Code) -> None:
    """Have a cancelled step sent to its agency anew, by clocks that run on, and what followed on it wait."""
    reopen_track(decision, step.track, reason)
    decision.emit(StepRestored(step=step.key, reason=reason))
    decision.emit(StepRedispatched(step=step.key, reason=reason))
    for later in _that_follow(decision, step):
        restore(decision, later, reason)


def undo_forward(
    decision: Decision, step: StepState, attempt: int, *, task: str = "", reason: Code | None = None
) -> None:
    """Have the step return to the agency that had forwarded it as that attempt, which works on it again."""
    reopen_track(decision, step.track, CORRECTED)
    decision.emit(StepCorrected(step=step.key, undone="forwarded", task=task, reason=reason, attempt=attempt))
    for later in _that_follow(decision, step):
        restore(decision, later, CORRECTED)


def _is_in_doubt(step: StepState, attempt: int, kind: TaskKind) -> bool:
    standing = fold_statements(statements_of(step, attempt))
    return standing.correction is not None if kind == "correction" else bool(standing.contradicting)


def restore(decision: Decision, step: StepState, reason: Code) -> None:
    """Have a step done again, as a new assignment; open tasks about its last end are superseded."""
    decision.emit(StepRestored(step=step.key, reason=reason))
    for kind in _ABOUT_AN_END:
        settle_of(decision, kind, step.key, "superseded")


def _that_follow(decision: Decision, step: StepState) -> list[StepState]:
    """The steps after `step`, near or far, that were begun because of its mistaken end."""
    found: dict[str, StepState] = {}
    for later in decision.state.steps_of(step.track):
        follows = step.key in later.after or any(key in found for key in later.after)
        if follows and later.status != "waiting":
            found[later.key] = later
    return list(found.values())


def _leave_unconsidered(decision: Decision, task: TaskState) -> None:
    """The appeal repeats, with nothing new, what was answered with reasons: the applicant is notified."""
    step = decision.state.step(task.subject)
    if step is not None and not step.ended:
        decision.emit(StepCancelled(step=step.key, reason=REPEAT))
