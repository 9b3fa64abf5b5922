"""How a service norm stands still and runs again. Pure.

While it stands still it has no deadline. When it runs again its deadline has moved by exactly the working
time that was lost (`catalogue.calendar.WorkingCalendar.shift`).
"""

from datetime import datetime

from schemas.clocks import Suspension
from schemas.deadline_events import ClockResumed, ClockSuspended
from workflows.case.clocks import norm_of, read_again
from workflows.case.commands import ResumeClock, SuspendClock
from workflows.case.decide.decision import Decision
from workflows.case.decide.refusals import refuse
from workflows.case.state import StepState

BY_STAFF = "staff/"
"""How the ids of suspensions begin that the centre's staff ordered."""


def suspend_clock(decision: Decision, command: SuspendClock) -> None:
    """Let the service norm of a running step stand still, at somebody's charge."""
    step = decision.state.step(command.step)
    norm = norm_of(step) if step is not None else None
    if step is None or not step.running or norm is None:
        refuse(
            decision, "suspend.no_running_norm", "Name a step that an agency works on: it has a service norm."
        )
    elif any(_open_by_staff(one) for one in norm.suspensions):
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
    """Let a service norm that the staff suspended run again."""
    step = decision.state.step(command.step)
    norm = norm_of(step) if step is not None else None
    ordered = next((one for one in norm.suspensions if _open_by_staff(one)), None) if norm else None
    if step is None or ordered is None:
        refuse(decision, "resume.not_suspended", "Name a step whose clock the centre's staff suspended.")
    else:
        resume(decision, step.key, ordered.id, command.received_at)


def suspend(decision: Decision, step: str, suspension: Suspension) -> None:
    """Let the step's service norm stand still."""
    state = decision.state.step(step)
    norm = norm_of(state) if state is not None else None
    if norm is None:
        return
    clock = read_again(norm, decision.rules, suspensions=(*norm.suspensions, suspension))
    decision.emit(ClockSuspended(subject=step, suspension=suspension, clock=clock))


def resume(decision: Decision, step: str, suspension_id: str, at: datetime) -> None:
    """End one suspension of the step's service norm at `at`, not before it began."""
    state = decision.state.step(step)
    norm = norm_of(state) if state is not None else None
    found = next((one for one in norm.suspensions if one.id == suspension_id), None) if norm else None
    if norm is None or found is None or found.until is not None:
        return
    ended = found.model_copy(update={"until": max(at, found.since)})
    suspensions = tuple(ended if one.id == suspension_id else one for one in norm.suspensions)
    clock = read_again(norm, decision.rules, suspensions=suspensions)
    decision.emit(ClockResumed(subject=step, suspension=ended, clock=clock))


def resume_all(decision: Decision, step: StepState, at: datetime) -> None:
    """Let the step's service norm run again, whoever stopped it."""
    norm = norm_of(step)
    for one in norm.suspensions if norm is not None else ():
        resume(decision, step.key, one.id, at)


def _open_by_staff(suspension: Suspension) -> bool:
    return suspension.until is None and suspension.id.startswith(BY_STAFF)
