"""What became of the services that were asked for: read from the entries of a case. Pure."""

from collections import Counter
from collections.abc import Iterable

from schemas.case_events import EventPayload, RecordedEvent
from schemas.case_lifecycle_events import AppealPlaced, TrackAnswered, TrackOpened, TrackReopened
from schemas.hand_over_events import TracksHandedOver, TracksTakenOver

Standing = dict[str, tuple[str, str]]
"""By track: its service, and where it stands now."""


def directions(history: Iterable[RecordedEvent]) -> Counter[tuple[str, str]]:
    """By service and word: how often it was asked for, and where its tracks stand after `history`.

    A track that goes to another case was asked for once, and is open, and answered, there.
    """
    asked: Counter[tuple[str, str]] = Counter()
    standing: Standing = {}
    for event in history:
        if isinstance(event.payload, TrackOpened):
            asked[event.payload.service, "asked"] += 1
        _move(standing, event.payload)
    return asked + Counter(standing.values())


def _move(standing: Standing, payload: EventPayload) -> None:
    match payload:
        case TrackOpened():
            standing[payload.track] = payload.service, "open"
        case AppealPlaced():
            _rotate(standing, payload.step.split(".")[0], "placed")
        case TrackAnswered():
            standing[payload.track] = payload.service, payload.outcome
        case TrackReopened():
            _rotate(standing, payload.track, "open")
        case TracksHandedOver():
            for track in payload.hand_over.tracks:
                standing.pop(track.track, None)
        case TracksTakenOver():
            standing |= {track.track: (track.service, "open") for track in payload.tracks}
        case _:
            pass


def _rotate(standing: Standing, track: str, word: str) -> None:
    if track in standing:
        standing[track] = standing[track][0], word
