"""A case under test at the desk: what is said to it goes through the core of the case."""

from datetime import datetime

from casework.command_context import CommandBuilder, CommandContext

from schemas.actors import Actor
from schemas.case_lifecycle_events import CommandRefused
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


class CaseHarness:
    """A case that takes commands and what is said to it; it keeps its state and its events."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.state = CaseState(case_id=appeal().case_id)
        self.events: list[object] = []
        self._rules = rules
        self._said = 0

    def take(self, *commands: AnyCommand) -> "CaseHarness":
        """Let commands come in as they are."""
        now = max(command.received_at for command in commands)
        recorded = decide_all(self.state, commands, now, self._rules)
        self.state = fold(self.state, recorded)
        self.events += [event.payload for event in recorded]
        return self

    def context(self, *, at: datetime = NOON, by: Actor = STAFF, key: str | None = None) -> CommandContext:
        """What is known when somebody speaks; the note is sealed."""
        self._said += 1
        return CommandContext(key or f"{self._said}", by, at, self.state, CATALOGUE, "sealed")

    def build(self, builder: CommandBuilder, **how: object) -> str:
        """Say something, and return the code of what became of it."""
        command = builder(self.context(**how))  # type: ignore[arg-type]
        self.take(command)
        return self.state.seen[command.id].code

    def happened(self, kind: type) -> list:
        """The events of that kind."""
        return [payload for payload in self.events if isinstance(payload, kind)]

    @property
    def refused(self) -> list[str]:
        """The codes of what was refused."""
        return [payload.code for payload in self.happened(CommandRefused)]
