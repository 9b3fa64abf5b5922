"""What a timer that fires makes happen: the levels that are due are reached. Pure."""

from catalogue.terms import COMMISSION
from schemas.deadline_events import DeadlineEscalated
from workflows.case.clocks import Deadline, deadlines
from workflows.case.commands import FireTimer
from workflows.case.decide.decision import Decision
from workflows.case.decide.information import lapse
from workflows.case.decide.tasks import raise_task


def fire_timer(decision: Decision, command: FireTimer) -> None:
    """Reach every level that was due at the instant for which the timer was set.

    The levels due since then wait for the next timer, which is decided after the commands received meanwhile:
    a step that ended while we were away reaches no further level.
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
