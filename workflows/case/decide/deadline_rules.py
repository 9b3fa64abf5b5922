"""What a timer that fires makes happen: the levels that were reached are reached. Pure."""

from catalogue.terms import COMMISSION
from schemas.deadline_events import DeadlineEscalated
from workflows.case.clocks import Deadline, deadlines
from workflows.case.commands import FireTimer
from workflows.case.decide.decision import Decision
from workflows.case.decide.information import lapse
from workflows.case.decide.tasks import raise_task


def fire_timer(decision: Decision, command: FireTimer) -> None:
    """Reach every level that was reached at the instant at which the timer fired and not reached yet.

    What is due between that instant and now has a fire of its own, after what came in meanwhile: where we
    were away, a step that ended then reaches no further.
    """
    due = [deadline for deadline in deadlines(decision.state) if deadline.level.at <= command.received_at]
    for deadline in sorted(due, key=lambda deadline: deadline.level.at):
        _reach(decision, deadline)


def _reach(decision: Decision, deadline: Deadline) -> None:
    if deadline.clock.kind == "information":
        step = decision.state.step(deadline.subject)
        if step is not None and step.running:
            lapse(decision, step, deadline.level.at)
        return
    event = deadline.event()
    decision.emit(event)
    if isinstance(event, DeadlineEscalated) and COMMISSION in event.told:
        raise_task(decision, "agenda", deadline.subject)
