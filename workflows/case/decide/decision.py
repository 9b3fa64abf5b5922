"""One batch of a case while it is being decided: payloads so far, and the state they make. Pure."""

from datetime import datetime

from schemas.case_events import EventPayload
from workflows.case.commands import Command
from workflows.case.evolve.evolver import apply
from workflows.case.rules import Rules
from workflows.case.state import CaseState


class Decision:
    """Collects what a command makes happen, each agency seen by the next decision."""

    def __init__(self, state: CaseState, command: Command, now: datetime, rules: Rules) -> None:
        self.state = state
        self.command = command
        self.now = now
        self.rules = rules
        self.payloads: list[EventPayload] = []

    def emit(self, payload: EventPayload) -> None:
        """Let `body` have happened."""
        self.payloads.append(payload)
        self.state = apply(self.state, payload)
