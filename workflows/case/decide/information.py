"""What an agency asks of the applicant: its own clock stands still, the applicant's runs. Pure."""

from datetime import datetime

from schemas.clocks import Suspension
from schemas.frozen import Sealed
from schemas.step_events import InformationLapsed, InformationProvided, StepCancelled
from workflows.case.clocks import norm_of
from workflows.case.commands import ProvideInformation
from workflows.case.decide.decision import Decision
from workflows.case.decide.progress import is_closed_by_the_centre
from workflows.case.decide.refusals import refuse
from workflows.case.decide.suspensions import resume, set_suspension, suspend
from workflows.case.decide.tasks import raise_task, undo_cancel
from workflows.case.evolve.statements import suspension_of
from workflows.case.limits import has_space_for_information, information_of
from workflows.case.state import CaseState, StepState
from workflows.case.status_fold import Standing, Wait

REQUESTED = "information_requested"
"""The reason of the suspension while the agency waits for the applicant."""

NOT_PROVIDED = "information.not_provided"
"""Why a step is cancelled whose applicant gave no information in time."""


def follow_waits(decision: Decision, key: str, standing: Standing) -> None:
    """Have the service norm stand still for exactly as long as its agency waited for the applicant.

    From when we heard of a question until we heard what overtook it; the days are charged to the applicant.
    """
    step = decision.state.step(key)
    if step is None or norm_of(step) is None:
        return
    waits = {suspension_of(step, wait.question): wait for wait in standing.waits}
    for question in sorted(standing.questions):
        identity = suspension_of(step, question)
        _follow_wait(decision, key, identity, waits.get(identity))


def _follow_wait(decision: Decision, key: str, identity: str, wait: Wait | None) -> None:
    step = decision.state.step(key)
    norm = norm_of(step) if step is not None else None
    known = next((found for found in norm.suspensions if found.id == identity), None) if norm else None
    if wait is None:
        if known is not None:
            set_suspension(decision, key, identity, None)
        return
    asked = Suspension(id=identity, since=wait.since, charged_to="applicant", reason=REQUESTED)
    if known is None:
        suspend(decision, key, asked)
    if known is None or known.until is None:
        if wait.until is not None:
            resume(decision, key, identity, wait.until)
    elif known.until != wait.until:
        set_suspension(decision, key, identity, asked.model_copy(update={"until": wait.until}))


def provide_information(decision: Decision, command: ProvideInformation) -> None:
    """Take what the applicant gives; the agency is sent it, and its clock runs again."""
    step = decision.state.step(command.step)
    if step is not None and _came_in_time(decision.state, step, command.received_at):
        undo_cancel(decision, step, "information.in_time")
        _take(decision, step, command.sealed, unasked=True)
    elif step is None or not step.running:
        refuse(decision, "information.step_not_running", "Name a step that an agency works on.")
    else:
        stop_waiting(decision, step, command.received_at)
        _take(decision, step, command.sealed, unasked=step.status != "information_requested")


def _take(decision: Decision, step: StepState, sealed: Sealed, *, unasked: bool) -> None:
    """Keep what was given, and send it; beyond the limit a person informs the agency."""
    is_sent = has_space_for_information(information_of(decision.state), sealed)
    decision.emit(
        InformationProvided(
            step=step.key,
            number=len(step.information) + 1,
            sealed=sealed,
            unasked=True if unasked else None,
            not_sent=None if is_sent else True,
        )
    )
    if not is_sent:
        raise_task(decision, "undelivered_message", step.key)


def _came_in_time(state: CaseState, step: StepState, received_at: datetime) -> bool:
    """Whether the step was cancelled for want of what had been received within the applicant's time.

    It goes on only where its track is this case's, still asked for, and not answered by the centre.
    """
    track = state.track(step.track)
    if track is None or track.handed_to is not None or track.withdrawn:
        return False
    if is_closed_by_the_centre(state, track.key):
        return False
    lapsed = step.status == "cancelled" and step.cancelled_for == NOT_PROVIDED
    return lapsed and step.lapsed_at is not None and received_at <= step.lapsed_at


def lapse(decision: Decision, step: StepState, at: datetime) -> None:
    """No information came in time: follow what the passport provides for then."""
    track = decision.state.track(step.track)
    passport = track.passport if track is not None else None
    rule = passport.without_information if passport is not None else "go_on"
    stop_waiting(decision, step, at)
    decision.emit(InformationLapsed(step=step.key, rule=rule, due_at=at))
    if rule == "refuse":
        decision.emit(StepCancelled(step=step.key, reason=NOT_PROVIDED))


def stop_waiting(decision: Decision, step: StepState, at: datetime) -> None:
    """End the agency's wait for the applicant at `at`."""
    norm = norm_of(step)
    for suspension in norm.suspensions if norm is not None else ():
        if suspension.until is None and suspension.reason == REQUESTED:
            resume(decision, step.key, suspension.id, at)
