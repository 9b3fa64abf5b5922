"""One command while it is being decided: the events so far, and the state that they make. Pure."""

from datetime import datetime

from schemas.case_events import EventPayload
from workflows.case.commands import AnyCommand
from workflows.case.evolve.evolver import apply
from workflows.case.rules import Rules
from workflows.case.state import CaseState


class Decision:
    """Collects what a command makes happen; `state` is always the one that all of it has made so far."""

    def __init__(self, state: CaseState, command: AnyCommand, now: datetime, rules: Rules) -> None:
        self.state = state
        self.command = command
        self.now = now
        self.rules = rules
        self.payloads: list[EventPayload] = []

    def emit(self, payload: EventPayload) -> None:
        """Add what has happened, and bring the state up to it."""
        self.payloads.append(payload)
        self.state = apply(self.state, payload)
