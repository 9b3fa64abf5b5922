"""What became of the services that were asked for: read from the entries of a case. Pure."""

from collections import Counter
from collections.abc import Iterable

from schemas.case_events import (
    AppealPlaced,
    Body,
    RecordedEvent,
    TrackAnswered,
    TrackOpened,
    TrackReopened,
    TracksHandedOver,
    TracksTakenOver,
)

Standing = dict[str, tuple[str, str]]
"""By track: its service, and where it stands now."""


def directions(history: Iterable[RecordedEvent]) -> Counter[tuple[str, str]]:
    """By service and word: how often it was asked for, and where its tracks stand after `history`.

    A track that goes to another case was asked for once, and is open, and answered, there.
    """
    asked: Counter[tuple[str, str]] = Counter()
    standing: Standing = {}
    for event in history:
        if isinstance(event.body, TrackOpened):
            asked[event.body.service, "asked"] += 1
        _move(standing, event.body)
    return asked + Counter(standing.values())


def _move(standing: Standing, body: Body) -> None:
    match body:
        case TrackOpened():
            standing[body.track] = body.service, "open"
        case AppealPlaced():
            _turn(standing, body.step.split(".")[0], "placed")
        case TrackAnswered():
            standing[body.track] = body.service, body.outcome
        case TrackReopened():
            _turn(standing, body.track, "open")
        case TracksHandedOver():
            for track in body.hand_over.tracks:
                standing.pop(track.track, None)
        case TracksTakenOver():
            standing |= {track.track: (track.service, "open") for track in body.tracks}
        case _:
            pass


def _turn(standing: Standing, track: str, word: str) -> None:
    if track in standing:
        standing[track] = standing[track][0], word
