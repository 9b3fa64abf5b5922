"""Cases under attack: what each has recorded, carries and shows, and the hand-overs between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ledger.chain import canonical
from schemas.case_events import RecordedEvent
from tests.unit.workflows.case.attack.worlds import World
from workflows.case.command_identity import unseen
from workflows.case.commands import AnyCommand, FireTimer, ReviseCalendar
from workflows.case.decide.causality import waiting_for_their_cause
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import evolve
from workflows.case.rules import Rules
from workflows.case.shell.recording import record_input
from workflows.case.state import CaseState


@dataclass(frozen=True)
class Batch:
    """One batch: the commands that reach a case at `now`."""

    case_id: str
    now: datetime
    commands: tuple[AnyCommand, ...]


@dataclass
class PlayedCase:
    """A case as its workflow keeps it, with its ledger, its rows, and what it was asked."""

    state: CaseState
    rules: Rules
    folded: CaseState = field(init=False)
    ledger: list[str] = field(default_factory=list)
    history: list[RecordedEvent] = field(default_factory=list)
    tracks: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    inbox: tuple[AnyCommand, ...] = ()
    asked: set[str] = field(default_factory=set)
    calendars: int = 1
    closed_at: datetime | None = None

    def __post_init__(self) -> None:
        self.folded = self.state

    def take(self, batch: Batch) -> tuple[CaseState, list[tuple[CaseState, RecordedEvent, CaseState]]]:
        """Decide the batch as the workflow does; the state before it, and what each event made of it."""
        before = self.state
        given = (*batch.commands, *self.inbox)
        self.asked |= {command.id for command in given if not isinstance(command, FireTimer)}
        fresh, _ = unseen(before, given)
        waiting = waiting_for_their_cause(before, fresh)
        ready = [command for command in fresh if command not in waiting]
        recorded = decide_all(before, ready, batch.now, self.rules)
        made = []
        for event in recorded:
            after = evolve(self.state, event)
            made.append((self.state, event, after))
            self.state = after
        self.inbox = waiting
        self._record(before, recorded)
        self._take_calendar(ready)
        return before, made

    def _record(self, before: CaseState, recorded: tuple[RecordedEvent, ...]) -> None:
        self.history += recorded
        self.ledger += [canonical(event) for event in recorded]
        if not recorded:
            return
        recording = record_input(before, self.state, recorded)
        self.tracks |= {row["track"]: row for row in recording.tracks}
        self.steps = {key: row for key, row in self.steps.items() if key not in recording.gone}
        self.steps |= {row["step"]: row for row in recording.steps}
        self.closed_at = recorded[-1].recorded_at if self.state.ended else None

    def _take_calendar(self, commands: Sequence[AnyCommand]) -> None:
        for command in commands:
            if isinstance(command, ReviseCalendar) and self.state.seen[command.id].accepted:
                self.calendars += 1
                self.rules = self.rules.model_copy(update={"calendar": command.calendar})


class Play:
    """The cases of one attack, by their ids."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cases: dict[str, PlayedCase] = {}

    def case(self, case_id: str) -> PlayedCase:
        """The case of that id; one that nobody opened has an empty state."""
        if case_id not in self.cases:
            self.cases[case_id] = PlayedCase(CaseState(case_id=case_id), self.world.rules)
        return self.cases[case_id]
