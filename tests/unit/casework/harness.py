"""A case under test: commands that casework builds go through the core of the case."""

from datetime import datetime

from casework.commands.context import CommandBuilder, CommandContext
from schemas.actors import Actor
from schemas.case_lifecycle_events import CommandRefused
from tests.builders import MONDAY, SEQUENTIAL, STAFF, appeal, appeals_of, later, receive, report
from tests.packaged import packaged
from workflows.case.commands import AnyCommand
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.rules import Rules
from workflows.case.state import CaseState

CATALOGUE = packaged()
RULES = Rules.of(CATALOGUE, MONDAY)
COMMISSION = Actor(kind="commission", id="commission")


NOON = later(3)


class CaseHarness:
    """A case that takes commands and builders of commands; it keeps its state and its events."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.state = CaseState(case_id=appeal().case_id)
        self.events: list[object] = []
        self._rules = rules
        self._contexts = 0

    def take(self, *commands: AnyCommand) -> "CaseHarness":
        """Let commands come in as they are."""
        now = max(command.received_at for command in commands)
        recorded = decide_all(self.state, commands, now, self._rules)
        self.state = fold(self.state, recorded)
        self.events += [event.payload for event in recorded]
        return self

    def context(self, *, at: datetime = NOON, by: Actor = STAFF, key: str | None = None) -> CommandContext:
        """What a builder gets; the note is sealed."""
        self._contexts += 1
        appeals = appeals_of(self.state)
        return CommandContext(
            key or f"{self._contexts}", by, at, self.state, CATALOGUE, "sealed", appeals=appeals
        )

    def execute(self, builder: CommandBuilder, **how: object) -> str:
        """Build a command, execute it, and return the code of its outcome."""
        command = builder(self.context(**how))  # type: ignore[arg-type]
        self.take(command)
        return self.state.seen[command.id].code

    def happened(self, kind: type) -> list:
        """The events of that kind."""
        return [payload for payload in self.events if isinstance(payload, kind)]

    @property
    def refused(self) -> list[str]:
        """The codes of the refusals."""
        return [payload.code for payload in self.happened(CommandRefused)]


def running() -> CaseHarness:
    """A case of one track, its first step at an agency."""
    return CaseHarness().take(receive(SEQUENTIAL))


def answered(by: str = "moh") -> CaseHarness:
    """A case that was refused by the agency of its first step, or by that of its second."""
    case = running()
    if by == "moh":
        return case.take(report("t1.examine", "refused"))
    case.take(report("t1.examine", "fulfilled"))
    return case.take(report("t1.decide", "refused", agency=by, at=later(2)))
