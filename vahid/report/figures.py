"""The figures of the Commission's report: a pure function over histories of cases.

Working days between two instants are counted as the law counts a term: the day of the first is not counted,
the day of the second is. Percentiles are by nearest rank: so many answers came within so many days.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from catalogue.calendar import WorkingCalendar
from schemas.case_events import (
    AppealJoined,
    AppealPlaced,
    Body,
    CaseAnswered,
    CaseHandedOver,
    CaseOpened,
    CaseReopened,
    DeadlineEscalated,
    DeadlineReminded,
    RecordedEvent,
    StepAcknowledged,
    StepCancelled,
    StepDispatched,
    StepForwarded,
    StepFulfilled,
    StepInformationRequested,
    StepProgressed,
    StepReassigned,
    StepRefused,
    TrackAnswered,
    TrackOpened,
    TracksHandedOver,
    TracksTakenOver,
)

CENTRE = "centre"
_ENDS = {
    StepFulfilled: "fulfilled",
    StepRefused: "refused",
    StepForwarded: "forwarded",
    StepReassigned: "reassigned",
    StepCancelled: "cancelled",
    AppealPlaced: "fulfilled",
}


@dataclass
class _Stint:
    """The time for which one body has one step; `since` is what its days are charged from next."""

    agency: str
    dispatched: datetime
    due: datetime
    since: datetime
    charged: str


@dataclass
class Figures:
    """A report in numbers; `plain` gives it as the JSON that a recomputation must come to."""

    cases: int = 0
    joined: int = 0
    triaged: int = 0
    people: dict[str, str] = field(default_factory=dict)
    appeals: Counter[str] = field(default_factory=Counter)
    directions: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    bodies: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    answers: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    rungs: Counter[str] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    answer_days: list[int] = field(default_factory=list)
    body_days: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def plain(self) -> dict[str, Any]:
        """Plain values: counts by name, days in working days."""
        through = Counter(self.people.values())
        return {
            "persons": len(self.people),
            "appeals": self.appeals.total(),
            "cases": self.cases,
            "joined": self.joined,
            "triaged": self.triaged,
            "channels": {
                name: {"persons": through[name], "appeals": count}
                for name, count in sorted(self.appeals.items())
            },
            "directions": {name: dict(sorted(row.items())) for name, row in sorted(self.directions.items())},
            "answers": dict(sorted(self.answers.items())),
            "outcomes": dict(sorted(self.outcomes.items())),
            "time_to_answer": spread(self.answer_days),
            "bodies": {
                name: {**dict(sorted(row.items())), **spread(self.body_days[name])}
                for name, row in sorted(self.bodies.items())
            },
            "rungs": dict(sorted(self.rungs.items())),
            "days_charged": dict(sorted(self.charged.items())),
        }


def spread(days: Sequence[int]) -> dict[str, int | None]:
    """Median and ninth decile, by nearest rank; None where there is nothing."""
    ordered = sorted(days)

    def rank(tenths: int) -> int | None:
        return ordered[math.ceil(tenths * len(ordered) / 10) - 1] if ordered else None

    return {"median_days": rank(5), "p90_days": rank(9)}


def working_days(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    """The working days after the day of `start`, up to and with the day of `end`."""
    day, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    return sum(calendar.is_working_day(day + timedelta(days=n)) for n in range(1, (last - day).days + 1))


def figures(
    histories: Iterable[Sequence[RecordedEvent]], as_of: datetime, calendar: WorkingCalendar
) -> Figures:
    """The figures at `as_of` (aware); each history is a case's entries in order, later ones left out.

    A person is known by the blind index of the FIN; an appeal without one counts as a person of its own. A
    person came through the channel of the earliest appeal.
    """
    found = Figures()
    first: dict[str, tuple[datetime, str, str]] = {}
    for history in histories:
        _CaseCount(found, first, as_of, calendar).take([e for e in history if e.recorded_at <= as_of])
    found.people = {person: channel for person, (_, _, channel) in first.items()}
    return found


class _CaseCount:
    """Counts one case; knows which body has each step since when."""

    def __init__(
        self,
        found: Figures,
        first: dict[str, tuple[datetime, str, str]],
        as_of: datetime,
        calendar: WorkingCalendar,
    ) -> None:
        self._found, self._first, self._as_of, self._calendar = found, first, as_of, calendar
        self._stints: dict[str, _Stint] = {}
        self._services: dict[str, str] = {}
        self._received = self._due = as_of
        self._open = False

    def take(self, history: Sequence[RecordedEvent]) -> None:
        self._found.cases += bool(history)
        for event in history:
            self._case_event(event)
            self._step_event(event)
        for stint in self._stints.values():
            self._charge(stint, self._as_of)
            self._found.bodies[stint.agency]["open"] += 1
            self._found.bodies[stint.agency]["late"] += self._as_of > stint.due
        for service in self._services.values():
            self._found.directions[service]["open"] += 1
        if self._open:
            self._found.answers["open_late" if self._as_of > self._due else "open_in_time"] += 1

    def _case_event(self, event: RecordedEvent) -> None:
        body = event.body
        if isinstance(body, CaseOpened | AppealJoined):
            self._found.joined += isinstance(body, AppealJoined)
            self._found.appeals[body.appeal.channel] += 1
            person = body.appeal.applicant_index or body.appeal.appeal_id
            came = (body.appeal.received_at, body.appeal.tracking_number, body.appeal.channel)
            self._first[person] = min(came, self._first.get(person, came))
        self._hand_over(body)
        if isinstance(body, CaseOpened | CaseReopened):
            self._open, self._received, self._due = True, body.clock.started_at, body.clock.due_at
        elif isinstance(body, TrackOpened):
            self._found.triaged += body.passport is None
            self._services[body.track] = body.service
            self._found.directions[body.service]["asked"] += 1
        elif isinstance(body, AppealPlaced):
            self._found.directions[self._services.pop(body.step.split(".")[0])]["placed"] += 1
        elif isinstance(body, TrackAnswered):
            self._services.pop(body.track, None)
            self._found.directions[body.service][body.outcome] += 1
        elif isinstance(body, CaseHandedOver):
            self._open = False
        elif isinstance(body, CaseAnswered):
            self._open = False
            self._found.answers["answered_in_time" if body.in_time else "answered_late"] += 1
            self._found.outcomes[body.outcome] += 1
            self._found.answer_days.append(self._days(self._received, event.recorded_at))

    def _hand_over(self, body: Body) -> None:
        """A track that goes to another case was asked for once, and is open, and answered, there."""
        if isinstance(body, TracksHandedOver):
            for track in body.hand_over.tracks:
                self._services.pop(track.track, None)
        elif isinstance(body, TracksTakenOver):
            self._open, self._received, self._due = True, body.clock.started_at, body.clock.due_at
            self._services |= {track.track: track.service for track in body.tracks}

    def _step_event(self, event: RecordedEvent) -> None:
        body = event.body
        if isinstance(body, StepDispatched):
            due = next(clock.due_at for clock in body.clocks if clock.kind != "acknowledgement")
            had_by = CENTRE if body.agency_id == CENTRE else "agency"
            at = event.recorded_at
            self._stints[body.step] = _Stint(body.agency_id, at, due, at, had_by)
            self._found.bodies[body.agency_id]["assignments"] += 1
        elif isinstance(body, DeadlineReminded | DeadlineEscalated):
            self._found.rungs[body.rung] += 1
            if body.subject in self._stints and isinstance(body, DeadlineEscalated):
                self._found.bodies[self._stints[body.subject].agency]["escalations"] += 1
        elif isinstance(body, StepInformationRequested | StepProgressed | StepAcknowledged):
            stint = self._stints.get(body.step)
            if stint is not None:
                self._charge(stint, body.status.received_at)
                asked = isinstance(body, StepInformationRequested)
                stint.charged = "applicant" if asked else CENTRE if stint.agency == CENTRE else "agency"
        elif isinstance(
            body,
            StepFulfilled | StepRefused | StepForwarded | StepReassigned | StepCancelled | AppealPlaced,
        ):
            status = getattr(body, "status", None)
            self._end(body.step, _ENDS[type(body)], status.received_at if status else event.recorded_at)

    def _end(self, step: str, end: str, at: datetime) -> None:
        stint = self._stints.pop(step, None)
        if stint is None:  # a step that was never sent
            return
        self._charge(stint, at)
        self._found.bodies[stint.agency][end] += 1
        self._found.bodies[stint.agency]["late"] += at > stint.due
        self._found.body_days[stint.agency].append(self._days(stint.dispatched, at))

    def _charge(self, stint: _Stint, until: datetime) -> None:
        """Charge the days since the last charge; an instant before that one counts as that one."""
        self._found.charged[stint.charged] += self._days(stint.since, until)
        stint.since = max(stint.since, until)

    def _days(self, start: datetime, end: datetime) -> int:
        return working_days(self._calendar, start, end)
