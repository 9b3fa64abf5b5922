"""One attack: cases of a world, batch after batch, and the shortest sequence where something breaks."""

import random
import traceback
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from catalogue.terms import CENTRE
from schemas.actors import SYSTEM
from tests.case import earliest
from tests.unit.workflows.case.attack.invariants import (
    Broken,
    carry_over,
    check_batch,
    check_commands,
    check_whole,
    require,
)
from tests.unit.workflows.case.attack.moves import Attacker
from tests.unit.workflows.case.attack.played import Batch, Play, PlayedCase
from tests.unit.workflows.case.attack.worlds import World
from workflows.case.commands import AnyCommand, FireTimer, ReportDispatch, ReportHandOver, TakeOverTracks
from workflows.case.outgoing import is_to_be_sent

_CARRIED_EVERY = 8
_ROUNDS_TO_END = 12


class Attack:
    """Draws batches and takes them; keeps them, so that they can be tried again without some."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.attacker = Attacker(world, self.chance)
        self.play = Play(world)
        self.now = world.begins
        self.batches: list[Batch] = []

    def run(self, batches: int) -> None:
        """Attack for so many batches; then let everybody do what is theirs, which must end every case.

        Raises:
            Exception: whatever a decision raised, or `Broken`.
        """
        for _ in range(batches):
            self._take(self._drawn())
        for case in list(self.play.cases.values()):
            self._end(case)
            check_whole(case)

    def _take(self, batch: Batch) -> None:
        self.batches.append(batch)
        take(self.play, batch, len(self.batches))

    def _drawn(self) -> Batch:
        self._time_passes()
        number = self.chance.choice([1, 1, 1, 2, 3])
        case = self.play.case(str(uuid.UUID(int=number)))
        if case.state.status == "none" and self.chance.random() < 0.9:
            return self._batch(case, self.attacker.first(number, self.now))
        waiting = self._on_its_way()
        chance = self.chance.random()
        if waiting and chance < 0.25:
            return self.chance.choice(waiting)
        if chance < 0.35 and (due := earliest(case.state)) is not None:
            self.now = max(self.now, due)
            return self._batch(case, _timer(case, due))
        if chance < 0.42 and (sent := self._dispatched(case)):
            return self._batch(case, self.chance.choice(sent))
        size = self.chance.choice([1, 1, 1, 1, 2, 4])
        return self._batch(case, *(self.attacker.command(case.state, self.now) for _ in range(size)))

    def _batch(self, case: PlayedCase, *commands: AnyCommand) -> Batch:
        return Batch(case.state.case_id, self.now, commands)

    def _time_passes(self) -> None:
        self.now += timedelta(hours=self.chance.choice([0, 0, 0.01, 1, 3, 9, 24, 60]))

    def _on_its_way(self) -> list[Batch]:
        """What goes from one case to another: the hand-over, then that it was received."""
        batches = []
        for case in list(self.play.cases.values()):
            for given in case.state.hand_overs:
                head = {"actor": SYSTEM, "received_at": self.now}
                taken = TakeOverTracks(id=f"hand_over/{given.id}", hand_over=given, **head)
                received = ReportHandOver(id=f"hand_over/{given.id}/delivered", hand_over=given.id, **head)
                has_it = taken.id in self.play.case(given.to_case).state.seen
                batches.append(
                    self._batch(case, received)
                    if has_it
                    else self._batch(self.play.case(given.to_case), taken)
                )
        return batches

    def _dispatched(self, case: PlayedCase) -> list[AnyCommand]:
        return [
            ReportDispatch(
                id=f"dispatch/{step.key}/{step.attempt}/{step.group}",
                actor=SYSTEM,
                received_at=self.now,
                step=step.key,
                attempt=step.attempt,
                group=step.group,
                **({"reference": "R"} if self.chance.random() < 0.8 else {"error_code": "adapter.away"}),
            )
            for step in case.state.steps
            if is_to_be_sent(step)
        ]

    def _end(self, case: PlayedCase) -> None:
        """Whoever has a step does it: that alone brings every case to its end."""
        for _ in range(_ROUNDS_TO_END):
            running = [step for step in case.state.steps if step.running]
            if case.state.status != "open":
                return
            self.now += timedelta(hours=2)
            for task in case.state.tasks:
                if task.decision is None and task.before == CENTRE:
                    self._take(self._batch(case, self.attacker.decision(task, self.now)))
            for step in running:
                present = case.state.step(step.key)
                if present is not None and present.running:
                    self._take(self._batch(case, self.attacker.fulfilment(present, self.now)))
        require(case.state.status != "open", "case.never_ends", [s for s in case.state.steps if not s.ended])


def take(play: Play, batch: Batch, number: int) -> None:
    """Take one batch and check all that must hold after it."""
    case = play.case(batch.case_id)
    known = (*batch.commands, *case.inbox)
    _, made = case.take(batch)
    check_batch(play.world, case, made)
    check_commands(known, made)
    if number % _CARRIED_EVERY == 0:
        carry_over(case)


def attack(world: World, seed: int, batches: int) -> int:
    """Attack `world` by `seed`; the number of commands that were given.

    Raises:
        AssertionError: with the seed and the shortest sequence of batches that breaks the same.
    """
    attempt = Attack(world, seed)
    try:
        attempt.run(batches)
    except Exception as error:
        fault = _name_of(error)
        shortest = shorten(attempt.batches, lambda tried: fault_of(world, tried) == fault)
        raise AssertionError(_report(world, seed, shortest, error)) from error
    return sum(len(batch.commands) for batch in attempt.batches)


def fault_of(world: World, batches: Iterable[Batch]) -> str | None:
    """What breaks when these batches are taken, one after another; None where all holds."""
    play = Play(world)
    try:
        for batch in batches:
            take(play, batch, _CARRIED_EVERY)
        for case in play.cases.values():
            check_whole(case)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is named
        return _name_of(error)
    return None


def shorten(batches: list[Batch], still_breaks: Callable[[list[Batch]], bool]) -> list[Batch]:
    """The batches without those that are not needed to break the same; all, where it takes more than them."""
    if not still_breaks(batches):
        return batches
    size = max(len(batches) // 2, 1)
    while size:
        start = 0
        while start < len(batches):
            tried = batches[:start] + batches[start + size :]
            if tried and still_breaks(tried):
                batches = tried
            else:
                start += size
        size //= 2
    return batches


def _name_of(error: Exception) -> str:
    if isinstance(error, Broken):
        return error.rule
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}"


def _report(world: World, seed: int, batches: list[Batch], error: Exception) -> str:
    lines = [f"world {world.name!r}, seed {seed}: {_name_of(error)}", str(error)[:2000]]
    for batch in batches:
        lines.append(f"  {batch.now.isoformat()} case {uuid.UUID(batch.case_id).int % 10_000}")
        lines += [f"    {_shown(command)}" for command in batch.commands]
    return "\n".join(lines)


def _shown(command: AnyCommand) -> str:
    shown = command.model_dump(mode="json", exclude_defaults=True, exclude={"placements", "hand_over"})
    return f"{command.kind} {str(shown)[:600]}"


def _timer(case: PlayedCase, due_at: datetime) -> FireTimer:
    return FireTimer(id=f"timer/{case.state.seq}/{due_at.isoformat()}", received_at=due_at)
