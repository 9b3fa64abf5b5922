"""The statutory terms of a case that run, as its events say. Pure."""

from datetime import datetime
from typing import assert_never

from reporting.reported_events import OpeningEvent
from schemas.case_lifecycle_events import (
    AppealJoined,
    AppealShared,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    TrackOpened,
    TrackReopened,
)
from schemas.clocks import ClockReading
from schemas.deadline_events import CASE_SUBJECT, ClockRevised, TermEnded, TermExtended
from schemas.hand_over_events import CaseHandedOver, TracksTakenOver

_UNNAMED = ""
"""The key of a term that its event does not name: the only one of its case."""


class OpenTerms:
    """The terms that run now. `began` is when the first of the opening began; None while none runs."""

    def __init__(self) -> None:
        self.began: datetime | None = None
        self._running: dict[str, ClockReading] = {}
        self._known: dict[str, ClockReading] = {}

    @property
    def due_at(self) -> datetime | None:
        """When the case is due: at the earliest of its terms; None while none runs."""
        return min((clock.due_at for clock in self._running.values()), default=None)

    def follow(self, payload: OpeningEvent) -> None:  # noqa: C901, PLR0912 - flat
        """Take what an event says of the terms."""
        match payload:
            case CaseOpened():
                self._begin(payload.appeal.appeal_id, payload.clock)
            case CaseReopened():
                self._begin(payload.term or _UNNAMED, payload.clock)
            case AppealJoined(clock=clock) | AppealShared(clock=clock) if clock is not None:
                self._begin(payload.appeal.appeal_id, clock)
            case TrackOpened(clock=clock) if clock is not None:
                self._begin(payload.track, clock)
            case AppealJoined() | AppealShared() | TrackOpened():
                pass  # the terms of the case hold for it
            case TrackReopened():
                for key in payload.terms or ():
                    self._begin(key, self._known.get(key))
            case TracksTakenOver():
                self._take_over(payload)
            case TermExtended():
                self._move(payload.term, payload.clock)
            case ClockRevised():
                if payload.subject == CASE_SUBJECT:
                    self._move(payload.term, payload.clock)
            case TermEnded():
                self._running.pop(payload.term, None)
            case CaseHandedOver() | CaseAnswered():
                self._running, self.began = {}, None
            case _:
                assert_never(payload)

    def _take_over(self, payload: TracksTakenOver) -> None:
        if payload.terms is None:
            self._running = {}
            self._begin(_UNNAMED, payload.clock)
        for term in payload.terms or ():
            self._begin(term.term, term.clock)

    def _begin(self, key: str, clock: ClockReading | None) -> None:
        """A term that runs already keeps the earlier of its ends."""
        if clock is None:
            return
        running = self._running.get(key, clock)
        earlier = min(running, clock, key=lambda reading: reading.due_at)
        self._running[key] = self._known[key] = earlier
        self.began = min(self.began or clock.started_at, clock.started_at)

    def _move(self, key: str | None, clock: ClockReading) -> None:
        found = key if key in self._running else next(iter(self._running), None)
        if found is not None:
            self._running[found] = self._known[found] = clock
