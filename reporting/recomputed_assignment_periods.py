"""Which agency had which step, found a second time for the recomputation: from raw JSON, day by day.

It groups the entries by assignment period, and looks each figure up in its group. It compares instants with
due dates itself, and ignores what the ledger says about lateness. The exception is an end while the clock was
suspended: there is no due date to compare with.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reporting.day_counter import DayCounter

Event = Mapping[str, Any]
_Wait = tuple[str, dt.datetime, dt.datetime | None]
"""To whom the days are charged, since when, until when."""

_BY_THE_AGENCY = ("step.fulfilled", "step.refused")
_ENDS = (
    *_BY_THE_AGENCY, "step.forwarded", "step.reassigned", "step.cancelled", "step.restored", "appeal.placed",
)  # fmt: skip
_ANSWERS = (
    *_ENDS, "step.acknowledged", "step.progressed", "step.redispatched", "clock.resumed",
    "information.provided", "information.lapsed",
)  # fmt: skip
"""After these, an agency no longer waits for the applicant, unless the clock is suspended."""
_COUNTED = {
    "step.dispatched": "assignments", "step.redispatched": "redispatched", "deadline.escalated": "escalations"
}  # fmt: skip
_OTHER_NAMES = {"appeal.placed": "fulfilled"}


def assignment_periods(
    history: Iterable[Event], as_of: dt.datetime, days: DayCounter
) -> list[dict[str, Any]]:
    """Each time an agency had a step: what it counts as, days until its end, to whom each day is charged."""
    return [_period(entries, as_of, days) for entries in _grouped(history)]


def _grouped(history: Iterable[Event]) -> list[list[Event]]:
    """The entries about each assignment period, without those that came after its end and change nothing."""
    groups: list[list[Event]] = []
    latest: dict[str, list[Event]] = {}
    forwarded: dict[str, list[list[Event]]] = {}
    for entry in history:
        name, step = _name(entry), _step(entry)
        if name == "step.corrected" and entry["payload"].get("undone") == "forwarded":
            _go_back(latest, forwarded, step, entry)
            continue
        if name == "tracks.taken_over":
            latest |= _taken_over(entry)
        group = latest.get(step, [])
        if name == "step.dispatched" and _begins(group, entry):
            latest[step] = [entry]
            groups.append(latest[step])
        elif _concerns(group, name):
            group.append(entry)
            if name == "step.forwarded":
                forwarded.setdefault(step, []).append(group)
            if name == "step.corrected" and all(group is not other for other in groups):
                groups.append(group)
    return groups


def _go_back(
    latest: dict[str, list[Event]], forwarded: dict[str, list[list[Event]]], step: str, entry: Event
) -> None:
    """The step goes back to the agency that forwarded it last; who has it now has it no more."""
    group = latest.get(step, [])
    if group and _end(group) is None:
        group.append({**entry, "payload": {"type": "step.reassigned"}})
    if forwarded.get(step):
        latest[step] = forwarded[step].pop()
        latest[step].append(entry)


def _step(entry: Event) -> str:
    by_subject = _name(entry).startswith(("clock.", "deadline."))
    return str(entry["payload"].get("subject" if by_subject else "step"))


def _taken_over(entry: Event) -> Iterator[tuple[str, list[Event]]]:
    """By step what an agency ended in another case. It is counted there, and here once that end is undone."""
    for step in (step for track in entry["payload"]["tracks"] for step in track["steps"]):
        if step.get("ended_by"):
            begin = {
                "type": "step.taken_over",
                "agency_id": step["agency_id"],
                "clocks": step.get("clocks", []),
            }
            end = {"type": f"step.{step['status']}", "status": step["ended_by"]}
            at = step["ended_by"]["received_at"]
            yield step["key"], [{"recorded_at": at, "payload": begin}, {"recorded_at": at, "payload": end}]


def _begins(group: list[Event], entry: Event) -> bool:
    """Whether `entry` begins another assignment period than `group`, which it ends if nothing else has."""
    if group and _end(group) is None:
        if group[0]["payload"]["agency_id"] == entry["payload"]["agency_id"]:
            return False
        group.append({**entry, "payload": {"type": "step.reassigned"}})
    return True


def _concerns(group: list[Event], name: str) -> bool:
    """Whether it changes something; once an agency has ended its step, only clocks and corrections do."""
    end = _end(group)
    undoes = name == "step.corrected" and end is not None and _name(end) in _BY_THE_AGENCY
    return bool(group) and (end is None or undoes or name.startswith("clock."))


def _end(entries: list[Event]) -> Event | None:
    """The entry that ended it, unless that end was undone."""
    for entry in reversed(entries):
        if _name(entry) in _ENDS:
            return entry
        if _name(entry) == "step.corrected":
            return None
    return None


def _period(entries: list[Event], as_of: dt.datetime, days: DayCounter) -> dict[str, Any]:
    agency, began, end = entries[0]["payload"]["agency_id"], _at(entries[0]["recorded_at"]), _end(entries)
    until = as_of if end is None else _instant(end)
    counted_as = [_COUNTED[_name(entry)] for entry in entries if _name(entry) in _COUNTED]
    counted_as.append("open" if end is None else _how(end))
    if _is_late(entries, end, until):
        counted_as.append("late")
    if end is not None and _name(end) == "step.forwarded" and end["payload"].get("in_time") is False:
        counted_as.append("forwarded_late")
    waits = [*_suspended(entries), *_asked(entries)]
    worker = "centre" if agency == "centre" else "agency"
    return {
        "agency": agency,
        "counted_as": counted_as,
        "days": None if end is None else days.count(began, until),
        "charged": [(_charged(day, waits, days) or worker, 1) for day in days.between(began, until)],
    }


def _how(end: Event) -> str:
    return _OTHER_NAMES.get(_name(end), _name(end).removeprefix("step."))


def _is_late(entries: list[Event], end: Event | None, until: dt.datetime) -> bool:
    before = entries if end is None else entries[: entries.index(end)]
    clock = _reading(before)
    if clock is None or (end is not None and end["payload"].get("reason") == "track.handed_over"):
        return False  # the clock counts in the other case
    if any(suspension.get("until") is None for suspension in clock.get("suspensions", ())):
        by_the_norm = end is not None and _name(end) in _BY_THE_AGENCY
        return by_the_norm and end is not None and end["payload"].get("in_time") is False
    return until > _at(clock["due_at"])


def _reading(entries: list[Event]) -> Event | None:
    """The latest reading of the clock by which the step itself is due."""
    found: Event | None = None
    for entry in entries:
        if _name(entry) in ("step.dispatched", "step.taken_over"):
            clocks = entry["payload"]["clocks"]
            norms = (clock for clock in clocks if clock["kind"] in ("service_norm", "forwarding"))
            found = next(norms, None)
        elif _name(entry).startswith("clock.") and found:
            clock = entry["payload"]["clock"]
            found = clock if clock["kind"] == found["kind"] else found
    return found


def _suspended(entries: list[Event]) -> Iterator[_Wait]:
    for wait in (_reading(entries) or {}).get("suspensions", ()):
        yield wait["charged_to"], _at(wait["since"]), _at(wait["until"]) if wait.get("until") else None


def _asked(entries: list[Event]) -> Iterator[_Wait]:
    """When the agency waited for the applicant, by its own statuses."""
    since: dt.datetime | None = None
    for entry in entries:
        if _name(entry) == "step.information_requested":
            since = since or _instant(entry)
        elif _name(entry) in _ANSWERS and since:
            yield "applicant", since, _instant(entry)
            since = None
    if since:
        yield "applicant", since, None


def _charged(day: dt.date, waits: list[_Wait], days: DayCounter) -> str | None:
    """To whom a wait charges `day`: not the day on which it began, but the one on which it ended."""
    for charged_to, since, until in waits:
        if days.day_of(since) < day and (until is None or day <= days.day_of(until)):
            return charged_to
    return None


def _instant(entry: Event) -> dt.datetime:
    """When it was received or, for a suspension, when that ended; otherwise when it was recorded."""
    payload = entry["payload"]
    if "suspension" in payload:
        return _at(payload["suspension"].get("until") or entry["recorded_at"])
    return _at(payload["status"]["received_at"] if "status" in payload else entry["recorded_at"])


def _name(entry: Event) -> str:
    return str(entry["payload"]["type"]).removeprefix("az.vahid.").removesuffix(".v1")


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
