"""What a strike of the clock makes happen: the rungs that were reached are climbed. Pure."""

from schemas.case_events import DeadlineEscalated
from workflows.case.clocks import Deadline, deadlines
from workflows.case.commands import StrikeClock
from workflows.case.information import lapse
from workflows.case.rules import COMMISSION
from workflows.case.tasks import raise_task
from workflows.case.turn import Turn


def strike_clock(turn: Turn, command: StrikeClock) -> None:
    """Climb every rung that was reached and not climbed yet, in the order of their instants."""
    reached = max(turn.now, command.received_at)
    due = [deadline for deadline in deadlines(turn.state) if deadline.rung.at <= reached]
    for deadline in sorted(due, key=lambda deadline: deadline.rung.at):
        _climb(turn, deadline)


def _climb(turn: Turn, deadline: Deadline) -> None:
    if deadline.clock.kind == "information":
        step = turn.state.step(deadline.subject)
        if step is not None and step.running:
            lapse(turn, step, deadline.rung.at)
        return
    event = deadline.event()
    turn.happens(event)
    if isinstance(event, DeadlineEscalated) and COMMISSION in event.told:
        raise_task(turn, "agenda", deadline.subject)
