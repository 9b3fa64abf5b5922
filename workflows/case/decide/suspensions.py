"""How a service norm stands still and runs again. Pure.

While it stands still it has no deadline. When it runs again its deadline has moved by exactly the working
time that was lost (`catalogue.calendar.WorkingCalendar.shift`).
"""

from datetime import datetime

from schemas.clocks import Suspension
from schemas.deadline_events import ClockResumed, ClockRevised, ClockSuspended
from workflows.case.clocks import norm_of, read_again
from workflows.case.commands import ResumeClock, SuspendClock
from workflows.case.decide.decision import Decision
from workflows.case.decide.refusals import refuse
from workflows.case.state import StepState

BY_STAFF = "staff/"
"""The prefix of the ids of suspensions by the centre's staff."""


def suspend_clock(decision: Decision, command: SuspendClock) -> None:
    """Suspend the service norm of a running step, at somebody's charge."""
    step = decision.state.step(command.step)
    norm = norm_of(step) if step is not None else None
    if step is None or not step.running or norm is None:
        refuse(
            decision, "suspend.no_running_norm", "Name a step that an agency works on: it has a service norm."
        )
    elif any(_open_by_staff(suspension) for suspension in norm.suspensions):
        refuse(decision, "suspend.suspended_already", "Resume it first; see `vahid case show`.")
    else:
        suspension = Suspension(
            id=f"{BY_STAFF}{command.id}",
            since=command.received_at,
            charged_to=command.charged_to,
            reason=command.reason,
        )
        suspend(decision, step.key, suspension)


def resume_clock(decision: Decision, command: ResumeClock) -> None:
    """Resume a service norm that the staff suspended."""
    step = decision.state.step(command.step)
    norm = norm_of(step) if step is not None else None
    by_staff = next((found for found in norm.suspensions if _open_by_staff(found)), None) if norm else None
    if step is None or by_staff is None:
        refuse(decision, "resume.not_suspended", "Name a step whose clock the centre's staff suspended.")
    else:
        resume(decision, step.key, by_staff.id, command.received_at)


def suspend(decision: Decision, step: str, suspension: Suspension) -> None:
    """Suspend the step's service norm."""
    state = decision.state.step(step)
    norm = norm_of(state) if state is not None else None
    if norm is None:
        return
    clock = read_again(norm, decision.rules, suspensions=_sorted(*norm.suspensions, suspension))
    decision.emit(ClockSuspended(subject=step, suspension=suspension, clock=clock))


def resume(decision: Decision, step: str, suspension_id: str, at: datetime) -> None:
    """End one suspension of the step's service norm at `at`, not before it began."""
    state = decision.state.step(step)
    norm = norm_of(state) if state is not None else None
    found = next((known for known in norm.suspensions if known.id == suspension_id), None) if norm else None
    if norm is None or found is None or found.until is not None:
        return
    ended = found.model_copy(update={"until": max(at, found.since)})
    suspensions = tuple(ended if known.id == suspension_id else known for known in norm.suspensions)
    clock = read_again(norm, decision.rules, suspensions=suspensions)
    decision.emit(ClockResumed(subject=step, suspension=ended, clock=clock))


def set_suspension(decision: Decision, step: str, identity: str, suspension: Suspension | None) -> None:
    """Have a suspension been another than was recorded, or none, by what is known now."""
    state = decision.state.step(step)
    norm = norm_of(state) if state is not None else None
    if norm is None:
        return
    others = tuple(known for known in norm.suspensions if known.id != identity)
    clock = read_again(
        norm, decision.rules, suspensions=_sorted(*others, *([suspension] if suspension else []))
    )
    decision.emit(ClockRevised(subject=step, previous_due_at=norm.due_at, clock=clock))


def _sorted(*suspensions: Suspension) -> tuple[Suspension, ...]:
    return tuple(sorted(suspensions, key=lambda suspension: (suspension.since, suspension.id)))


def resume_all(decision: Decision, step: StepState, at: datetime) -> None:
    """End all suspensions of the step's service norm, whoever began them."""
    norm = norm_of(step)
    for suspension in norm.suspensions if norm is not None else ():
        resume(decision, step.key, suspension.id, at)


def _open_by_staff(suspension: Suspension) -> bool:
    return suspension.until is None and suspension.id.startswith(BY_STAFF)
