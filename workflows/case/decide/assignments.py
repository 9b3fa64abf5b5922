"""How the centre's staff give a step to another agency, or send it again. Pure."""

from catalogue.terms import CENTRE
from schemas.step_events import StepReassigned, StepRedispatched
from workflows.case.commands import ReassignStep, RedispatchStep
from workflows.case.decide.decision import Decision
from workflows.case.decide.information import stop_waiting
from workflows.case.decide.refusals import refuse
from workflows.case.rules import TRIAGE


def reassign_step(decision: Decision, command: ReassignStep) -> None:
    """Give a dispatched step to another connected agency."""
    step = decision.state.step(command.step)
    track = decision.state.track(step.track) if step else None
    if step is None or track is None or track.service == TRIAGE:
        refuse(
            decision, "reassign.no_such_step", "Name a step of a service; a triage step is placed instead."
        )
    elif not step.running:
        refuse(decision, "reassign.not_running", "Only a dispatched step that has not ended is reassigned.")
    elif step.agency_id == command.agency_id:
        refuse(decision, "reassign.same_agency", "Name another agency than the one that has the step.")
    elif command.agency_id not in decision.rules.connected:
        refuse(decision, "reassign.not_connected", "Name a connected agency; see `vahid catalogue show`.")
    else:
        decision.emit(StepReassigned(step=step.key, from_agency=step.agency_id, to_agency=command.agency_id))


def redispatch_step(decision: Decision, command: RedispatchStep) -> None:
    """Send a step to its agency again, as the next assignment; the last is recalled, the clocks run on."""
    step = decision.state.step(command.step)
    if step is None or not step.running or step.agency_id == CENTRE:
        refuse(decision, "redispatch.not_running", "Name a step that an agency works on.")
    else:
        stop_waiting(decision, step, command.received_at)
        decision.emit(StepRedispatched(step=step.key, reason=command.reason))
