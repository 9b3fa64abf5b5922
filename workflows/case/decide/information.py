"""Information asked of the applicant: the body's clock stands still, the applicant's runs. Pure."""

from datetime import datetime

from schemas.agency_statuses import AssignmentStatus
from schemas.case_events import (
    InformationLapsed,
    InformationProvided,
    StepCancelled,
    StepInformationRequested,
)
from schemas.clocks import Suspension
from workflows.case.clocks import information_term, norm_of
from workflows.case.commands import ProvideInformation
from workflows.case.decide.decision import Turn
from workflows.case.decide.refusals import refuse
from workflows.case.decide.suspensions import resume, suspend
from workflows.case.state import StepState

REQUESTED = "information_requested"
"""The reason of the suspension while an answer of the applicant is waited for."""

NOT_PROVIDED = "information.not_provided"
"""Why a step is cancelled whose applicant gave no answer in time."""


def ask_applicant(turn: Turn, step: StepState, status: AssignmentStatus) -> None:
    """The body waits for the applicant from when it said so; the days until the answer are theirs.

    Their own time begins when we know of it: they are told then.
    """
    clock = information_term(max(status.received_at, turn.now), turn.rules)
    turn.happens(StepInformationRequested(step=step.key, status=status, clock=clock))
    if norm_of(step) is not None and _waiting(step) is None:
        suspension = Suspension(
            id=f"information/{status.status_id}",
            since=status.received_at,
            charged_to="applicant",
            reason=REQUESTED,
        )
        suspend(turn, step.key, suspension)


def provide_information(turn: Turn, command: ProvideInformation) -> None:
    """Take what the applicant gave; the body is sent it, and its clock runs again."""
    step = turn.state.step(command.step)
    if command.actor.kind not in ("applicant", "channel", "staff"):
        refuse(turn, "information.not_applicant", "Only the applicant, or the centre's staff in their name.")
    elif step is None or not step.running:
        refuse(turn, "information.step_not_running", "Name a step that a body works on.")
    else:
        stop_waiting(turn, step, command.received_at)
        unasked = None if step.status == "information_requested" else True
        number = step.supplements + 1
        turn.happens(
            InformationProvided(step=step.key, number=number, sealed=command.sealed, unasked=unasked)
        )


def lapse(turn: Turn, step: StepState, at: datetime) -> None:
    """No answer came in time: what the passport says of that happens."""
    track = turn.state.track(step.track)
    passport = track.passport if track is not None else None
    rule = passport.without_information if passport is not None else "go_on"
    stop_waiting(turn, step, at)
    turn.happens(InformationLapsed(step=step.key, rule=rule))
    if rule == "refuse":
        turn.happens(StepCancelled(step=step.key, reason=NOT_PROVIDED))


def stop_waiting(turn: Turn, step: StepState, at: datetime) -> None:
    """The body waits no longer for the applicant, from `at` on."""
    waiting = _waiting(step)
    if waiting is not None:
        resume(turn, step.key, waiting.id, at)


def _waiting(step: StepState) -> Suspension | None:
    norm = norm_of(step)
    open_ones = [one for one in norm.suspensions if one.until is None] if norm is not None else []
    return next((one for one in open_ones if one.reason == REQUESTED), None)
