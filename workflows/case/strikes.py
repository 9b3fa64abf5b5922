"""What a strike of the clock makes happen: the rungs that were reached are climbed. Pure."""

from workflows.case.clocks import deadlines
from workflows.case.commands import StrikeClock
from workflows.case.turn import Turn


def strike_clock(turn: Turn, command: StrikeClock) -> None:
    """Climb every rung that was reached and not climbed yet, in the order of their instants."""
    reached = max(turn.now, command.received_at)
    due = [deadline for deadline in deadlines(turn.state) if deadline.rung.at <= reached]
    for deadline in sorted(due, key=lambda deadline: deadline.rung.at):
        turn.happens(deadline.event())
