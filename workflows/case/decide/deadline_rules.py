"""What a strike of the clock makes happen: the rungs that were reached are climbed. Pure."""

from schemas.case_events import DeadlineEscalated
from workflows.case.clocks import Deadline, deadlines
from workflows.case.commands import StrikeClock
from workflows.case.decide.decision import Turn
from workflows.case.decide.information import lapse
from workflows.case.decide.tasks import raise_task
from workflows.case.rules import COMMISSION


def strike_clock(turn: Turn, command: StrikeClock) -> None:
    """Climb every rung that was reached at the instant of the strike and not climbed yet.

    What is due between that instant and now has a strike of its own, after what came in meanwhile: where we
    were away, a step that ended then climbs no further.
    """
    due = [deadline for deadline in deadlines(turn.state) if deadline.rung.at <= command.received_at]
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
