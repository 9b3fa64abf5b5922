"""The histories of two cases, the second of which took over tracks of the first, as both decide them."""

from collections.abc import Iterable

from schemas.actors import SYSTEM
from schemas.case_events import RecordedEvent
from schemas.hand_over_events import HandOver
from tests.builders import (
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    appeal,
    later,
    looked_up,
    of_person,
    receive,
    report,
)
from workflows.case.commands import AnyCommand, ReportHandOver, SplitCase, TakeOverTracks
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState

History = tuple[RecordedEvent, ...]


def taken(hand_over: HandOver, hours: float) -> TakeOverTracks:
    """The command by which the other case receives it."""
    identity = f"hand_over/{hand_over.id}"
    return TakeOverTracks(id=identity, actor=SYSTEM, received_at=later(hours), hand_over=hand_over)


def received_by_the_other(hand_over: HandOver, hours: float) -> ReportHandOver:
    """The command by which a case learns that the other has received it."""
    identity = f"hand_over/{hand_over.id}/delivered"
    return ReportHandOver(id=identity, actor=SYSTEM, received_at=later(hours), hand_over=hand_over.id)


def parted(*tracks: str) -> tuple[History, History]:
    """A case with the tracks `t1` and `t2`, of which `tracks` go to another after a day; all are answered."""
    split = SplitCase(id="split", actor=STAFF, received_at=later(24), tracks=tracks)
    left, leaving = _decided(CaseState(case_id=appeal().case_id), _begun(), split)
    (hand_over,) = left.hand_overs
    taker, taking = _decided(CaseState(case_id=hand_over.to_case), taken(hand_over, 25))
    _, more = _decided(left, received_by_the_other(hand_over, 26), *_ends(left))
    _, answered = _decided(taker, *_ends(taker))
    return (*leaving, *more), (*taking, *answered)


def as_messages(*histories: History) -> list[dict[str, object]]:
    """The histories as the topic of case events holds them."""
    plain = (event.model_dump(mode="json", exclude_none=True) for history in histories for event in history)
    return [{"subject": event["case_id"], "data": event} for event in plain]


def _begun() -> AnyCommand:
    return of_person(receive(SEQUENTIAL, PARALLEL))


def _ends(state: CaseState) -> Iterable[AnyCommand]:
    """The agencies fulfil everything that is open, one after another."""
    open_tracks = {track.key for track in state.tracks if not track.closed}
    for number, step in enumerate(known for known in state.steps if known.track in open_tracks):
        yield report(
            step.key,
            "fulfilled",
            agency=step.agency_id,
            attempt=max(step.attempt, 1),
            at=later(40 + number),
        )


def _decided(state: CaseState, *commands: AnyCommand) -> tuple[CaseState, History]:
    history: History = ()
    for command in commands:
        recorded = decide_all(state, [looked_up(state, command)], command.received_at, RULES)
        state, history = fold(state, recorded), (*history, *recorded)
    return state, history
