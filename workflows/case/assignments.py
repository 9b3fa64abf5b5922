"""How the centre's staff move a step from body to body. Pure."""

from schemas.case_events import StepReassigned
from workflows.case.commands import ReassignStep
from workflows.case.refusals import refuse
from workflows.case.rules import TRIAGE
from workflows.case.turn import Turn


def reassign_step(turn: Turn, command: ReassignStep) -> None:
    """Give a dispatched step to another connected body."""
    step = turn.state.step(command.step)
    track = turn.state.track(step.track) if step else None
    if step is None or track is None or track.service == TRIAGE:
        refuse(turn, "reassign.no_such_step", "Name a step of a service; a triage step is placed instead.")
    elif step.ended or step.status == "waiting":
        refuse(turn, "reassign.not_running", "Only a dispatched step that has not ended is reassigned.")
    elif step.agency_id == command.agency_id:
        refuse(turn, "reassign.same_agency", "Name another agency than the one that has the step.")
    elif command.agency_id not in turn.rules.connected:
        refuse(turn, "reassign.not_connected", "Name a connected body; see `vahid catalogue show`.")
    elif command.actor.kind != "staff":
        refuse(turn, "reassign.not_staff", "Only the centre's staff reassign a step.")
    else:
        turn.happens(StepReassigned(step=step.key, from_agency=step.agency_id, to_agency=command.agency_id))
