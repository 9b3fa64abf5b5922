"""One turn of a case while it is being decided: bodies so far, and the state they make. Pure."""

from datetime import datetime

from schemas.case_events import Body
from workflows.case.commands import Command
from workflows.case.evolve.evolver import apply
from workflows.case.rules import Rules
from workflows.case.state import CaseState


class Turn:
    """Collects what a command makes happen, each body seen by the next decision."""

    def __init__(self, state: CaseState, command: Command, now: datetime, rules: Rules) -> None:
        self.state = state
        self.command = command
        self.now = now
        self.rules = rules
        self.bodies: list[Body] = []

    def happens(self, body: Body) -> None:
        """Let `body` have happened."""
        self.bodies.append(body)
        self.state = apply(self.state, body)
