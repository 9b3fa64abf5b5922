"""Causes come before what depends on them; wall clocks order nothing but lateness. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from workflows.case.commands import AddAttachment, AnyCommand, FireTimer, ReceiveAppeal, TakeOverTracks
from workflows.case.state import CaseState

_Place = tuple[int, bool, int, bool]


def in_causal_order(state: CaseState, commands: Iterable[AnyCommand]) -> tuple[AnyCommand, ...]:
    """The commands of a batch in the order in which they came, each after its cause.

    What opens a case comes before everything else, and a document comes after its appeal. A timer that fires
    comes after all commands received by its instant and before the others.
    """
    batch = tuple(commands)
    timers = sorted(command.received_at for command in batch if isinstance(command, FireTimer))
    places: dict[str, _Place] = {}  # by the id of an appeal that comes in the batch
    ordered: list[tuple[_Place, AnyCommand]] = []
    for number, command in _causes_first(state, batch):
        place = (bisect_left(timers, command.received_at), isinstance(command, FireTimer), number, False)
        if state.status == "none" and not ordered and opens_a_case(command):
            place = (-1, False, number, False)
        if isinstance(command, AddAttachment):
            place = _after(place, places.get(command.attachment.appeal_id))
        for appeal in appeals_in(command):
            places.setdefault(appeal, place)
        ordered.append((place, command))
    return tuple(command for _, command in sorted(ordered, key=lambda placed: placed[0]))


def waiting_for_their_cause(state: CaseState, commands: Sequence[AnyCommand]) -> tuple[AnyCommand, ...]:
    """The commands that cannot be decided yet, because what they depend on has not come.

    Those are all commands on a case that nobody opened, and a document before its appeal.
    """
    if state.status == "none" and not any(opens_a_case(command) for command in commands):
        return tuple(commands)
    known = {appeal.appeal_id for appeal in state.appeals}
    known |= {appeal for command in commands for appeal in appeals_in(command)}
    return tuple(
        command
        for command in commands
        if isinstance(command, AddAttachment)
        and _is_permitted(command)
        and command.attachment.appeal_id not in known
    )


def opens_a_case(command: AnyCommand) -> bool:
    """Whether the command can be the first one of a case."""
    if not _is_permitted(command):
        return False
    is_own = isinstance(command, ReceiveAppeal) and command.joined is None
    return is_own or isinstance(command, TakeOverTracks)


def appeals_in(command: AnyCommand) -> tuple[str, ...]:
    """The ids of the appeals that the command brings to the case."""
    if not _is_permitted(command):
        return ()
    if isinstance(command, TakeOverTracks):
        return tuple(appeal.appeal_id for appeal in command.hand_over.appeals)
    return (command.appeal.appeal_id,) if isinstance(command, ReceiveAppeal) else ()


def _causes_first(state: CaseState, batch: Sequence[AnyCommand]) -> list[tuple[int, AnyCommand]]:
    """The commands with their numbers, the case's own appeal first, then what else can open it."""

    def rank(numbered: tuple[int, AnyCommand]) -> tuple[bool, bool]:
        command = numbered[1]
        is_own = isinstance(command, ReceiveAppeal) and command.appeal.case_id == state.case_id
        return not opens_a_case(command), not is_own

    return sorted(enumerate(batch), key=rank)


def _after(place: _Place, cause: _Place | None) -> _Place:
    """The place itself, or just after that of its cause where it would come before."""
    return place if cause is None or cause < place else (*cause[:3], True)


def _is_permitted(command: AnyCommand) -> bool:
    return command.actor.kind in command.permission.actors
