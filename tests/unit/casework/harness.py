"""A case under test at the desk: what is said to it goes through the core of the case."""

from datetime import datetime

from casework.command_context import Said, Saying
from schemas.actors import Actor
from schemas.case_events import CommandRefused
from tests.builders import MONDAY, STAFF, appeal, later
from tests.packaged import packaged
from workflows.case.commands import AnyCommand
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.rules import Rules
from workflows.case.state import CaseState

CATALOGUE = packaged()
RULES = Rules.of(CATALOGUE, MONDAY)


NOON = later(3)


class Spoken:
    """A case that takes commands and what is said to it; it keeps its state and its events."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.state = CaseState(case_id=appeal().case_id)
        self.events: list[object] = []
        self._rules = rules
        self._said = 0

    def take(self, *commands: AnyCommand) -> "Spoken":
        """Let commands come in as they are."""
        now = max(command.received_at for command in commands)
        recorded = decide_all(self.state, commands, now, self._rules)
        self.state = fold(self.state, recorded)
        self.events += [event.body for event in recorded]
        return self

    def said(self, *, at: datetime = NOON, by: Actor = STAFF, key: str | None = None) -> Said:
        """What is known when somebody speaks; the note is sealed."""
        self._said += 1
        return Said(key or f"{self._said}", by, at, self.state, CATALOGUE, "sealed")

    def say(self, saying: Saying, **how: object) -> str:
        """Say something, and return the code of what became of it."""
        command = saying(self.said(**how))  # type: ignore[arg-type]
        self.take(command)
        return self.state.seen[command.id].code

    def happened(self, kind: type) -> list:
        """The events of that kind."""
        return [body for body in self.events if isinstance(body, kind)]

    @property
    def refused(self) -> list[str]:
        """The codes of what was refused."""
        return [body.code for body in self.happened(CommandRefused)]
