"""What an agency asks of the applicant: its own clock stands still, the applicant's runs. Pure."""

from datetime import datetime

from schemas.agency_statuses import AssignmentStatus
from schemas.clocks import Suspension
from schemas.step_events import (
    InformationLapsed,
    InformationProvided,
    StepCancelled,
    StepInformationRequested,
)
from workflows.case.clocks import information_term, norm_of
from workflows.case.commands import ProvideInformation
from workflows.case.decide.decision import Decision
from workflows.case.decide.refusals import refuse
from workflows.case.decide.suspensions import resume, suspend
from workflows.case.state import StepState

REQUESTED = "information_requested"
"""The reason of the suspension while the agency waits for the applicant."""

NOT_PROVIDED = "information.not_provided"
"""Why a step is cancelled whose applicant gave no information in time."""


def ask_applicant(decision: Decision, step: StepState, status: AssignmentStatus) -> None:
    """The agency waits for the applicant since its request; the days until they answer are charged to them.

    Their own time begins when we know of it, since they are notified then.
    """
    clock = information_term(max(status.received_at, decision.now), decision.rules)
    decision.emit(StepInformationRequested(step=step.key, status=status, clock=clock))
    if norm_of(step) is not None and _waiting(step) is None:
        suspension = Suspension(
            id=f"information/{status.status_id}",
            since=status.received_at,
            charged_to="applicant",
            reason=REQUESTED,
        )
        suspend(decision, step.key, suspension)


def provide_information(decision: Decision, command: ProvideInformation) -> None:
    """Take what the applicant gives; the agency is sent it, and its clock runs again."""
    step = decision.state.step(command.step)
    if step is None or not step.running:
        refuse(decision, "information.step_not_running", "Name a step that an agency works on.")
    else:
        stop_waiting(decision, step, command.received_at)
        unasked = None if step.status == "information_requested" else True
        number = len(step.information) + 1
        decision.emit(
            InformationProvided(step=step.key, number=number, sealed=command.sealed, unasked=unasked)
        )


def lapse(decision: Decision, step: StepState, at: datetime) -> None:
    """No information came in time: follow what the passport provides for then."""
    track = decision.state.track(step.track)
    passport = track.passport if track is not None else None
    rule = passport.without_information if passport is not None else "go_on"
    stop_waiting(decision, step, at)
    decision.emit(InformationLapsed(step=step.key, rule=rule))
    if rule == "refuse":
        decision.emit(StepCancelled(step=step.key, reason=NOT_PROVIDED))


def stop_waiting(decision: Decision, step: StepState, at: datetime) -> None:
    """End the agency's wait for the applicant at `at`."""
    waiting = _waiting(step)
    if waiting is not None:
        resume(decision, step.key, waiting.id, at)


def _waiting(step: StepState) -> Suspension | None:
    norm = norm_of(step)
    suspensions = norm.suspensions if norm is not None else ()
    waiting = (found for found in suspensions if found.until is None and found.reason == REQUESTED)
    return next(waiting, None)
