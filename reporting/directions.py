"""What became of the services that were asked for, by the history of a case. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import assert_never

from reporting.reported_events import DirectionEvent
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import AppealPlaced, TrackAnswered, TrackOpened, TrackReopened
from schemas.hand_over_events import TracksHandedOver, TracksTakenOver

Standing = dict[str, tuple[str, str]]
"""By track: its service, and its state now: open, placed, or its outcome."""


def directions(history: Iterable[RecordedEvent]) -> Counter[tuple[str, str]]:
    """By service and state: how often it was asked for, and the states of its tracks after `history`.

    A track that goes to another case was asked for once, here; it is open, and answered, there.
    """
    asked: Counter[tuple[str, str]] = Counter()
    standing: Standing = {}
    for event in history:
        if isinstance(event.payload, TrackOpened):
            asked[event.payload.service, "asked"] += 1
        if isinstance(event.payload, DirectionEvent):
            _apply(standing, event.payload)
    return asked + Counter(standing.values())


def _apply(standing: Standing, payload: DirectionEvent) -> None:
    match payload:
        case TrackOpened():
            standing[payload.track] = payload.service, "open"
        case AppealPlaced():
            _set_state(standing, payload.step.split(".")[0], "placed")
        case TrackAnswered():
            standing[payload.track] = payload.service, payload.outcome
        case TrackReopened():
            _set_state(standing, payload.track, "open")
        case TracksHandedOver():
            for track in payload.hand_over.tracks:
                standing.pop(track.track, None)
        case TracksTakenOver():
            standing |= {track.track: (track.service, "open") for track in payload.tracks}
        case _:
            assert_never(payload)


def _set_state(standing: Standing, track: str, state: str) -> None:
    if track in standing:
        standing[track] = standing[track][0], state
