"""A case under test: plain values in, what happened out."""

from datetime import datetime, timedelta
from typing import Any

from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import CommandRefused
from tests.builders import RULES, appeal, looked_up
from workflows.case.clocks import next_timer
from workflows.case.commands import AnyCommand, FireTimer
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.rules import Rules
from workflows.case.state import CaseState


def earliest(state: CaseState) -> datetime | None:
    """The earliest deadline of a case; None where nothing is due."""
    timer = next_timer(state, timedelta(0))
    return None if timer is None else timer.due_at


class Case:
    """Gives a case commands, and keeps its state, its events and its history."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.rules = rules
        self.state = CaseState(case_id=appeal().case_id)
        self.events: list[object] = []
        self.history: list[RecordedEvent] = []

    def take(self, *commands: AnyCommand, now: datetime | None = None) -> "Case":
        at = now or max(command.received_at for command in commands)
        given = [looked_up(self.state, command) for command in commands]
        recorded = decide_all(self.state, given, at, self.rules)
        self.state = fold(self.state, recorded)
        self.events += [event.payload for event in recorded]
        self.history += recorded
        return self

    def happened(self, kind: type) -> list[Any]:
        return [payload for payload in self.events if isinstance(payload, kind)]

    def fire(self) -> "Case":
        due = earliest(self.state)
        assert due is not None
        return self.take(FireTimer(id=f"timer/{self.state.seq}", received_at=due))

    def refusals(self) -> list[str]:
        """The codes of the commands that were refused."""
        return [payload.code for payload in self.happened(CommandRefused)]

    def fire_timers_until(self, instant: datetime) -> "Case":
        """Let the timer fire at every deadline up to `instant`."""
        while (due := earliest(self.state)) is not None and due <= instant:
            self.fire()
        return self
