"""Which agency had which step, told a second time for the recomputation: from raw JSON, day by day.

The entries about one assignment period are put side by side; what each figure is, is then looked up among
them. An instant is compared with the due date here, not taken from the ledger's word; only of an end while
the clock stood still the ledger's word is taken, as there is nothing to compare with.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reporting.day_counter import DayCounter

Event = Mapping[str, Any]
_Wait = tuple[str, dt.datetime, dt.datetime | None]
"""Whom the days are charged to, since when, until when."""

_BY_THE_AGENCY = ("step.fulfilled", "step.refused")
_ENDS = (
    *_BY_THE_AGENCY, "step.forwarded", "step.reassigned", "step.cancelled", "step.restored", "appeal.placed",
)  # fmt: skip
_ANSWERS = (
    *_ENDS, "step.acknowledged", "step.progressed", "step.redispatched", "clock.resumed",
    "information.provided", "information.lapsed",
)  # fmt: skip
"""After these an agency waits for the applicant no more, but by a suspension."""
_COUNTED = {
    "step.dispatched": "assignments", "step.redispatched": "redispatched", "deadline.escalated": "escalations"
}  # fmt: skip
_OTHER_WORDS = {"appeal.placed": "fulfilled"}


def assignment_periods(
    history: Iterable[Event], as_of: dt.datetime, days: DayCounter
) -> list[dict[str, Any]]:
    """Each time an agency had a step: words to count, days until its end, to whom each day is charged."""
    return [_told(entries, as_of, days) for entries in _parted(history)]


def _parted(history: Iterable[Event]) -> list[list[Event]]:
    """The entries about each assignment period, without those that came when it was over and change nothing."""
    parts: list[list[Event]] = []
    latest: dict[str, list[Event]] = {}
    for entry in history:
        name, step = _name(entry), _step(entry)
        if name == "tracks.taken_over":
            latest |= _brought(entry)
        part = latest.get(step, [])
        if name == "step.dispatched" and _begins(part, entry):
            latest[step] = [entry]
            parts.append(latest[step])
        elif _concerns(part, name):
            part.append(entry)
            if name == "step.corrected" and all(part is not one for one in parts):
                parts.append(part)
    return parts


def _step(entry: Event) -> str:
    by_subject = _name(entry).startswith(("clock.", "deadline."))
    return str(entry["payload"].get("subject" if by_subject else "step"))


def _brought(entry: Event) -> Iterator[tuple[str, list[Event]]]:
    """By step what an agency ended in another case. It is counted there, and here from where it is undone."""
    for step in (step for track in entry["payload"]["tracks"] for step in track["steps"]):
        if step.get("ended_by"):
            begin = {"type": "step.brought", "agency_id": step["agency_id"], "clocks": step.get("clocks", [])}
            end = {"type": f"step.{step['status']}", "status": step["ended_by"]}
            at = step["ended_by"]["received_at"]
            yield step["key"], [{"recorded_at": at, "payload": begin}, {"recorded_at": at, "payload": end}]


def _begins(part: list[Event], entry: Event) -> bool:
    """Whether it is another assignment period than `part`, which ends by it if nothing else has ended it."""
    if part and _end(part) is None:
        if part[0]["payload"]["agency_id"] == entry["payload"]["agency_id"]:
            return False
        part.append({**entry, "payload": {"type": "step.reassigned"}})
    return True


def _concerns(part: list[Event], name: str) -> bool:
    """Whether it changes something; once an agency has ended its part, only clocks and corrections do."""
    end = _end(part)
    undoes = name == "step.corrected" and end is not None and _name(end) in _BY_THE_AGENCY
    return bool(part) and (end is None or undoes or name.startswith("clock."))


def _end(entries: list[Event]) -> Event | None:
    """The entry that ended it, and that nobody has undone."""
    for entry in reversed(entries):
        if _name(entry) in _ENDS:
            return entry
        if _name(entry) == "step.corrected":
            return None
    return None


def _told(entries: list[Event], as_of: dt.datetime, days: DayCounter) -> dict[str, Any]:
    agency, began, end = entries[0]["payload"]["agency_id"], _at(entries[0]["recorded_at"]), _end(entries)
    until = as_of if end is None else _instant(end)
    words = [_COUNTED[_name(entry)] for entry in entries if _name(entry) in _COUNTED]
    words.append("open" if end is None else _word(end))
    if _is_late(entries, end, until):
        words.append("late")
    waits = [*_suspended(entries), *_asked(entries)]
    worker = "centre" if agency == "centre" else "agency"
    return {
        "agency": agency,
        "words": words,
        "days": None if end is None else days.count(began, until),
        "charged": [(_charged(day, waits, days) or worker, 1) for day in days.between(began, until)],
    }


def _word(end: Event) -> str:
    return _OTHER_WORDS.get(_name(end), _name(end).removeprefix("step."))


def _is_late(entries: list[Event], end: Event | None, until: dt.datetime) -> bool:
    upto = entries if end is None else entries[: entries.index(end)]
    clock = _reading(upto)
    if clock is None or (end is not None and end["payload"].get("reason") == "track.handed_over"):
        return False  # the other case has the clock from then on, and judges it
    if any(one.get("until") is None for one in clock.get("suspensions", ())):
        return end is not None and end["payload"].get("in_time") is False
    return until > _at(clock["due_at"])


def _reading(entries: list[Event]) -> Event | None:
    """The latest reading of the clock by which the step itself is due."""
    found: Event | None = None
    for entry in entries:
        if _name(entry) in ("step.dispatched", "step.brought"):
            norms = (
                one for one in entry["payload"]["clocks"] if one["kind"] in ("service_norm", "forwarding")
            )
            found = next(norms, None)
        elif (
            _name(entry).startswith("clock.") and found and found["kind"] == entry["payload"]["clock"]["kind"]
        ):
            found = entry["payload"]["clock"]
    return found


def _suspended(entries: list[Event]) -> Iterator[_Wait]:
    for one in (_reading(entries) or {}).get("suspensions", ()):
        yield one["charged_to"], _at(one["since"]), _at(one["until"]) if one.get("until") else None


def _asked(entries: list[Event]) -> Iterator[_Wait]:
    """When the agency waited for the applicant, as its own statuses say."""
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
    """Whom a wait charges with `day`: not the day on which it began, but the one on which it ended."""
    for whom, since, until in waits:
        if days.day_of(since) < day and (until is None or day <= days.day_of(until)):
            return whom
    return None


def _instant(entry: Event) -> dt.datetime:
    """When it came in at our door, where it did; for a suspension, when that ended."""
    payload = entry["payload"]
    if "suspension" in payload:
        return _at(payload["suspension"].get("until") or entry["recorded_at"])
    return _at(payload["status"]["received_at"] if "status" in payload else entry["recorded_at"])


def _name(entry: Event) -> str:
    return str(entry["payload"]["type"]).removeprefix("az.vahid.").removesuffix(".v1")


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
