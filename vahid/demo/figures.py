"""The figures of a run, computed from the history alone: who answered what, when, how late. Pure."""

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
    """What one agency did: durations in hours of business time, from dispatch to end.

    `information`: how often it asked the applicant for something.
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
        """Of all assignments to agencies, the centre's own aside, how many per cent were late, forwarded, …"""
        agencies = [body for name, body in self.agencies.items() if name != CENTRE]
        all_ = sum(body.assignments for body in agencies)
        return {
            what: round(100 * sum(getattr(body, what) for body in agencies) / all_, 1) if all_ else 0.0
            for what in ("late", "forwarded", "refused", "information")
        }

    def as_json(self) -> dict[str, Any]:
        """The figures as plain values."""
        plain: dict[str, Any] = {
            name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()
        }
        plain["agencies"] = {name: body.row() for name, body in sorted(self.agencies.items())}
        plain["services"] = {name: dict(counts) for name, counts in sorted(self.services.items())}
        return plain


def figures(histories: Iterable[Iterable[Event]]) -> Figures:
    """The figures of all cases; each history is a case's entries in order."""
    found = Figures()
    for history in histories:
        _CaseCount(found).take(history)
    return found


class _CaseCount:
    """Counts one case; remembers which agency has each step since when."""

    def __init__(self, found: Figures) -> None:
        self._found = found
        self._with: dict[str, tuple[str, datetime]] = {}
        self._due: dict[str, datetime] = {}

    def take(self, history: Iterable[Event]) -> None:
        self._found.cases += 1
        for event in history:
            name = event["payload"]["type"].removeprefix("az.vahid.").removesuffix(".v1").replace(".", "_")
            count = getattr(self, f"_{name}", None)
            if count is not None:
                count(event["payload"], datetime.fromisoformat(event["recorded_at"]))
        for agency, _ in self._with.values():
            self._found.agencies[agency].open += 1

    def _case_opened(self, body: Event, at: datetime) -> None:
        self._found.appeals += 1
        self._found.channels[body["appeal"]["channel"]] += 1

    def _appeal_joined(self, body: Event, at: datetime) -> None:
        self._case_opened(body, at)
        self._found.joined += 1

    def _track_opened(self, body: Event, at: datetime) -> None:
        if body.get("passport") is None:
            self._found.triaged += 1

    def _track_answered(self, body: Event, at: datetime) -> None:
        self._found.services[body["service"]][body["outcome"]] += 1

    def _case_answered(self, body: Event, at: datetime) -> None:
        self._found.answered += 1
        self._found.answered_late += not body["in_time"]
        self._found.outcomes[body["outcome"]] += 1

    def _step_dispatched(self, body: Event, at: datetime) -> None:
        self._with[body["step"]] = (body["agency_id"], at)
        clocks = [clock for clock in body["clocks"] if clock["kind"] != "acknowledgement"]
        self._due[body["step"]] = datetime.fromisoformat(clocks[0]["due_at"])
        self._found.agencies[body["agency_id"]].assignments += 1

    def _step_fulfilled(self, body: Event, at: datetime) -> None:
        self._end(body["step"], datetime.fromisoformat(body["status"]["received_at"])).fulfilled += 1

    def _step_refused(self, body: Event, at: datetime) -> None:
        self._end(body["step"], datetime.fromisoformat(body["status"]["received_at"])).refused += 1

    def _step_forwarded(self, body: Event, at: datetime) -> None:
        self._end(body["step"], datetime.fromisoformat(body["status"]["received_at"])).forwarded += 1

    def _step_information_requested(self, body: Event, at: datetime) -> None:
        if body["step"] in self._with:
            self._found.agencies[self._with[body["step"]][0]].information += 1

    def _step_reassigned(self, body: Event, at: datetime) -> None:
        self._end(body["step"], at)

    def _step_cancelled(self, body: Event, at: datetime) -> None:
        if body["reason"] == "track.handed_over" and body["step"] in self._with:
            self._end(body["step"], at)

    def _appeal_placed(self, body: Event, at: datetime) -> None:
        self._end(body["step"], at).fulfilled += 1

    def _deadline_reminded(self, body: Event, at: datetime) -> None:
        self._found.reminders += 1

    def _deadline_escalated(self, body: Event, at: datetime) -> None:
        self._found.escalations += 1
        if body["subject"] in self._with:
            self._found.agencies[self._with[body["subject"]][0]].escalations += 1

    def _end(self, step: str, at: datetime) -> AgencyFigures:
        agency, since = self._with.pop(step)
        body = self._found.agencies[agency]
        body.hours.append((at - since) / timedelta(hours=1))
        body.late += at > self._due[step]
        return body
