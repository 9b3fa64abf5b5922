"""How the centre's staff move a step from body to body, or send it anew. Pure."""

from schemas.case_events import StepReassigned, StepRedispatched
from workflows.case.commands import ReassignStep, RedispatchStep
from workflows.case.decide.decision import Turn
from workflows.case.decide.information import stop_waiting
from workflows.case.decide.refusals import refuse
from workflows.case.rules import CENTRE, TRIAGE


def reassign_step(turn: Turn, command: ReassignStep) -> None:
    """Give a dispatched step to another connected body."""
    step = turn.state.step(command.step)
    track = turn.state.track(step.track) if step else None
    if step is None or track is None or track.service == TRIAGE:
        refuse(turn, "reassign.no_such_step", "Name a step of a service; a triage step is placed instead.")
    elif not step.running:
        refuse(turn, "reassign.not_running", "Only a dispatched step that has not ended is reassigned.")
    elif step.agency_id == command.agency_id:
        refuse(turn, "reassign.same_agency", "Name another agency than the one that has the step.")
    elif command.agency_id not in turn.rules.connected:
        refuse(turn, "reassign.not_connected", "Name a connected body; see `vahid catalogue show`.")
    elif command.actor.kind != "staff":
        refuse(turn, "reassign.not_staff", "Only the centre's staff reassign a step.")
    else:
        turn.happens(StepReassigned(step=step.key, from_agency=step.agency_id, to_agency=command.agency_id))


def redispatch_step(turn: Turn, command: RedispatchStep) -> None:
    """Send a step to its body anew, as the next assignment; the old one is recalled, the clocks run on."""
    step = turn.state.step(command.step)
    if step is None or not step.running or step.agency_id == CENTRE:
        refuse(turn, "redispatch.not_running", "Name a step that a body works on.")
    elif command.actor.kind != "staff":
        refuse(turn, "redispatch.not_staff", "Only the centre's staff send a step anew.")
    else:
        stop_waiting(turn, step, command.received_at)
        turn.happens(StepRedispatched(step=step.key, reason=command.reason))
