"""The figures of the Commission's report: a pure function over histories of cases.

Percentiles are by nearest rank.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalogue.calendar import WorkingCalendar
from reporting.assignment_periods import FULFILLED, PLACED, AssignmentPeriod, assignment_periods
from reporting.directions import directions
from reporting.open_terms import OpenTerms
from reporting.reported_events import ArrivalEvent, LevelEvent, OpeningEvent, is_reported
from reporting.working_days import working_days
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import AppealJoined, CaseAnswered, TrackOpened
from schemas.deadline_events import EscalationWithdrawn


@dataclass
class Figures:
    """A report in numbers; a recomputation must come to the same `plain` values."""

    cases: int = 0
    joined: int = 0
    triaged: int = 0
    people: dict[str, str] = field(default_factory=dict)
    appeals: Counter[str] = field(default_factory=Counter)
    directions: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    agencies: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    answers: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    levels_withdrawn: Counter[str] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    answer_days: list[int] = field(default_factory=list)
    agency_days: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

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
            "agencies": {
                name: {**dict(sorted(row.items())), **spread(self.agency_days[name])}
                for name, row in sorted(self.agencies.items())
            },
            "levels": dict(sorted(self.levels.items())),
            "levels_withdrawn": dict(sorted(self.levels_withdrawn.items())),
            "days_charged": dict(sorted(self.charged.items())),
        }


def spread(days: Sequence[int]) -> dict[str, int | None]:
    """Median and ninth decile, by nearest rank; None where there are no days."""
    ordered = sorted(days)

    def rank(tenths: int) -> int | None:
        return ordered[math.ceil(tenths * len(ordered) / 10) - 1] if ordered else None

    return {"median_days": rank(5), "p90_days": rank(9)}


def figures(
    histories: Iterable[Sequence[RecordedEvent]], as_of: datetime, calendar: WorkingCalendar
) -> Figures:
    """The figures at `as_of` (aware). Each history holds a case's entries in order; later ones do not count.

    A person is known by the blind index of the FIN; an appeal without one counts as a person of its own. A
    person's channel is that of the earliest appeal.
    """
    found = Figures()
    first: dict[str, tuple[datetime, str, str]] = {}
    for history in histories:
        known = [event for event in history if event.recorded_at <= as_of]
        found.cases += bool(known)
        reported = [event for event in known if is_reported(event.payload)]
        _CaseCount(found, first, as_of, calendar).count(reported)
    found.people = {person: channel for person, (_, _, channel) in first.items()}
    return found


class _CaseCount:
    """Counts one case."""

    def __init__(
        self,
        found: Figures,
        first: dict[str, tuple[datetime, str, str]],
        as_of: datetime,
        calendar: WorkingCalendar,
    ) -> None:
        self._found, self._first, self._as_of, self._calendar = found, first, as_of, calendar
        self._terms = OpenTerms()

    def count(self, history: Sequence[RecordedEvent]) -> None:
        for event in history:
            self._count_event(event)
        if self._terms.due_at is not None:
            late = self._as_of > self._terms.due_at
            self._found.answers["open_late" if late else "open_in_time"] += 1
        for (service, state), count in directions(history).items():
            self._found.directions[service][state] += count
        for period in assignment_periods(history):
            self._count_period(period)

    def _count_event(self, event: RecordedEvent) -> None:
        payload = event.payload
        if isinstance(payload, ArrivalEvent):
            self._arrival(payload)
        if isinstance(payload, LevelEvent):
            withdrawn = isinstance(payload, EscalationWithdrawn)
            counts = self._found.levels_withdrawn if withdrawn else self._found.levels
            counts[payload.level] += 1
        if isinstance(payload, OpeningEvent):
            self._opening(payload, event.recorded_at)

    def _arrival(self, payload: ArrivalEvent) -> None:
        if isinstance(payload, TrackOpened):
            self._found.triaged += payload.passport is None
            return
        self._found.joined += isinstance(payload, AppealJoined)
        self._found.appeals[payload.appeal.channel] += 1
        person = payload.appeal.applicant_index or payload.appeal.appeal_id
        arrival = (payload.appeal.received_at, payload.appeal.tracking_number, payload.appeal.channel)
        self._first[person] = min(arrival, self._first.get(person, arrival))

    def _opening(self, payload: OpeningEvent, at: datetime) -> None:
        if isinstance(payload, CaseAnswered):
            self._answer(payload, at)
        self._terms.follow(payload)

    def _answer(self, payload: CaseAnswered, at: datetime) -> None:
        self._found.outcomes[payload.outcome] += 1
        if self._terms.began is not None:
            self._found.answers["answered_in_time" if payload.in_time else "answered_late"] += 1
            self._found.answer_days.append(working_days(self._calendar, self._terms.began, at))

    def _count_period(self, period: AssignmentPeriod) -> None:
        row = self._found.agencies[period.agency]
        row.update(period.counts)
        until = self._as_of if period.end is None else period.end.at
        self._found.charged.update(period.charged(until, self._calendar))
        if period.end is None:
            row["open"] += 1
            row["late"] += period.late_at(until)
        else:
            row[FULFILLED if period.end.how == PLACED else period.end.how] += 1
            row["late"] += period.end.late
            if period.end.forwarded_late:
                row["forwarded_late"] += 1
            days = working_days(self._calendar, period.began, until)
            self._found.agency_days[period.agency].append(days)
