"""The figures of a run, computed from the published history alone. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

CENTRE = "centre"
Event = Mapping[str, Any]


@dataclass
class AgencyFigures:
    """What one agency did; `hours` of business time from dispatch to end.

    `information` counts its requests for information from the applicant.
    """

    assignments: int = 0
    fulfilled: int = 0
    refused: int = 0
    forwarded: int = 0
    information: int = 0
    late: int = 0
    open: int = 0
    escalations: int = 0
    hours: list[float] = field(default_factory=list, repr=False)

    def row(self) -> dict[str, Any]:
        """The figures with the median instead of every duration."""
        row = asdict(self)
        row["median_hours"] = round(median(self.hours), 1) if self.hours else None
        del row["hours"]
        return row


@dataclass
class Figures:
    """A run in numbers."""

    appeals: int = 0
    joined: int = 0
    triaged: int = 0
    cases: int = 0
    answered: int = 0
    answered_late: int = 0
    reminders: int = 0
    escalations: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    services: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    agencies: dict[str, AgencyFigures] = field(default_factory=lambda: defaultdict(AgencyFigures))

    def shares(self) -> dict[str, float]:
        """The percentages of assignments that were late, forwarded, … without those of the centre itself."""
        agencies = [figures for agency, figures in self.agencies.items() if agency != CENTRE]
        total = sum(figures.assignments for figures in agencies)
        return {
            name: round(100 * sum(getattr(figures, name) for figures in agencies) / total, 1)
            if total
            else 0.0
            for name in ("late", "forwarded", "refused", "information")
        }

    def as_json(self) -> dict[str, Any]:
        """The figures as plain values."""
        plain: dict[str, Any] = {
            name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()
        }
        plain["agencies"] = {agency: found.row() for agency, found in sorted(self.agencies.items())}
        plain["services"] = {name: dict(counts) for name, counts in sorted(self.services.items())}
        return plain


def figures(histories: Iterable[Iterable[Event]]) -> Figures:
    """The figures of all cases; each history is a case's entries in order."""
    found = Figures()
    for history in histories:
        _CaseCount(found).take(history)
    return found


@dataclass(frozen=True)
class _Ended:
    """What was counted of an end, in case it is undone."""

    how: str
    agency: str
    since: datetime
    due: datetime
    hours: float
    late: bool


class _CaseCount:
    """Counts one case; keeps which agency has each step, and since when."""

    def __init__(self, found: Figures) -> None:
        self._found = found
        self._with: dict[str, tuple[str, datetime]] = {}
        self._due: dict[str, datetime] = {}
        self._ended: dict[str, list[_Ended]] = defaultdict(list)

    def take(self, history: Iterable[Event]) -> None:
        self._found.cases += 1
        for event in history:
            name = event["payload"]["type"].removeprefix("az.vahid.").removesuffix(".v1").replace(".", "_")
            count = getattr(self, f"_{name}", None)
            if count is not None:
                count(event["payload"], datetime.fromisoformat(event["recorded_at"]))
        for agency, _ in self._with.values():
            self._found.agencies[agency].open += 1

    def _case_opened(self, payload: Event, at: datetime) -> None:
        self._found.appeals += 1
        self._found.channels[payload["appeal"]["channel"]] += 1

    def _appeal_joined(self, payload: Event, at: datetime) -> None:
        self._case_opened(payload, at)
        self._found.joined += 1

    def _track_opened(self, payload: Event, at: datetime) -> None:
        if payload.get("passport") is None:
            self._found.triaged += 1

    def _track_answered(self, payload: Event, at: datetime) -> None:
        self._found.services[payload["service"]][payload["outcome"]] += 1

    def _case_answered(self, payload: Event, at: datetime) -> None:
        self._found.answered += 1
        self._found.answered_late += not payload["in_time"]
        self._found.outcomes[payload["outcome"]] += 1

    def _step_dispatched(self, payload: Event, at: datetime) -> None:
        self._with[payload["step"]] = (payload["agency_id"], at)
        clocks = [clock for clock in payload["clocks"] if clock["kind"] != "acknowledgement"]
        self._due[payload["step"]] = datetime.fromisoformat(clocks[0]["due_at"])
        self._found.agencies[payload["agency_id"]].assignments += 1

    def _step_fulfilled(self, payload: Event, at: datetime) -> None:
        self._end_by_agency(payload, "fulfilled")

    def _step_refused(self, payload: Event, at: datetime) -> None:
        self._end_by_agency(payload, "refused")

    def _step_forwarded(self, payload: Event, at: datetime) -> None:
        self._end_by_agency(payload, "forwarded")

    def _step_corrected(self, payload: Event, at: datetime) -> None:
        """The agency has the step again; who got it by a forward that was undone has it no more."""
        step = payload["step"]
        if payload["undone"] == "forwarded" and step in self._with:
            self._end(step, at)
        ended = next((end for end in reversed(self._ended[step]) if end.how == payload["undone"]), None)
        if ended is None:
            return
        self._ended[step].remove(ended)
        self._with[step], self._due[step] = (ended.agency, ended.since), ended.due
        found = self._found.agencies[ended.agency]
        found.hours.remove(ended.hours)
        found.late -= ended.late
        setattr(found, ended.how, getattr(found, ended.how) - 1)

    def _step_information_requested(self, payload: Event, at: datetime) -> None:
        if payload["step"] in self._with:
            self._found.agencies[self._with[payload["step"]][0]].information += 1

    def _step_reassigned(self, payload: Event, at: datetime) -> None:
        self._end(payload["step"], at)

    def _step_cancelled(self, payload: Event, at: datetime) -> None:
        if payload["reason"] == "track.handed_over" and payload["step"] in self._with:
            self._end(payload["step"], at)

    def _appeal_placed(self, payload: Event, at: datetime) -> None:
        self._end(payload["step"], at).fulfilled += 1

    def _deadline_reminded(self, payload: Event, at: datetime) -> None:
        self._found.reminders += 1

    def _deadline_escalated(self, payload: Event, at: datetime) -> None:
        self._found.escalations += 1
        if payload["subject"] in self._with:
            self._found.agencies[self._with[payload["subject"]][0]].escalations += 1

    def _end_by_agency(self, payload: Event, how: str) -> None:
        step, at = payload["step"], datetime.fromisoformat(payload["status"]["received_at"])
        agency, since = self._with[step]
        due = self._due[step]
        found = self._end(step, at)
        setattr(found, how, getattr(found, how) + 1)
        self._ended[step].append(_Ended(how, agency, since, due, found.hours[-1], at > due))

    def _end(self, step: str, at: datetime) -> AgencyFigures:
        agency, since = self._with.pop(step)
        found = self._found.agencies[agency]
        found.hours.append((at - since) / timedelta(hours=1))
        found.late += at > self._due[step]
        return found
