"""Computes the report a second time, from the messages of case events alone, and names what differs.

It shares no mistake with the report: beside `day_counter` and `recomputed_assignment_periods` it imports
nothing of the system. It reads raw JSON, retypes every name, compares instants with due dates itself, and
counts days one by one.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from reporting.day_counter import DayCounter
from reporting.recomputed_assignment_periods import Event, assignment_periods

TOPIC = "vahid.case-events.v1"
Counts = dict[str, int]


def read_topic(connection: Mapping[str, Any]) -> tuple[list[Event], list[str]]:
    """The case events that the topic holds now, each partition in order, and the places of other messages.

    `connection` has the arguments of kafka-python with which to connect.
    """
    events: list[Event] = []
    foreign: list[str] = []
    with closing(KafkaConsumer(**connection, enable_auto_commit=False)) as reader:
        partitions = [TopicPartition(TOPIC, number) for number in reader.partitions_for_topic(TOPIC) or ()]
        reader.assign(partitions)
        ends = reader.end_offsets(partitions)
        reader.seek_to_beginning(*partitions)
        while any(reader.position(partition) < ends[partition] for partition in partitions):
            batches = reader.poll(timeout_ms=1000).values()
            for record in (record for batch in batches for record in batch):
                event = case_event(record.key, record.value)
                if event is None:
                    foreign.append(f"partition {record.partition}, offset {record.offset}")
                else:
                    events.append(event)
    return events, foreign


def case_event(key: bytes | None, value: bytes | None) -> Event | None:
    """The message as an event of the case that is its key; None where it is no such event.

    Whoever may write to the topic can add messages that no ledger wrote. Consumers dead-letter these; they
    are part of no history.
    """
    try:
        message = json.loads(value or b"")
        data, case = message["data"], (key or b"").decode()
        sound = message["specversion"] == "1.0" and message["type"] == data["payload"]["type"]
        return message if sound and case == message["subject"] == data["case_id"] else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def recompute(messages: Iterable[Event], as_of: dt.datetime, days: DayCounter) -> dict[str, Any]:
    """The report at `as_of`; a message that Kafka holds twice counts once."""
    cases: dict[str, dict[int, Event]] = defaultdict(dict)
    for message in messages:
        if _at(message["data"]["recorded_at"]) <= as_of:
            cases[message["subject"]].setdefault(message["data"]["seq"], message["data"])
    histories = [[entries[seq] for seq in sorted(entries)] for entries in cases.values()]
    payloads = [_named(entry["payload"]) for history in histories for entry in history]
    periods = [row for history in histories for row in assignment_periods(history, as_of, days)]
    tracks = [row for history in histories for row in _tracks(history)]
    openings = [row for history in histories for row in _openings(history, as_of, days)]
    received = [payload["appeal"] for name, payload in payloads if name in ("case.opened", "appeal.joined")]
    return {
        "persons": len({_person(appeal) for appeal in received}),
        "appeals": len(received),
        "cases": len(histories),
        "joined": sum(name == "appeal.joined" for name, _ in payloads),
        "triaged": sum(
            name == "track.opened" and payload.get("passport") is None for name, payload in payloads
        ),
        "channels": _channels(received),
        "directions": _table(tracks),
        "answers": _tally(state for state, _ in openings if state),
        "outcomes": _tally(payload["outcome"] for name, payload in payloads if name == "case.answered"),
        "time_to_answer": _within([taken for _, taken in openings if taken is not None]),
        "agencies": _agencies(periods),
        "levels": _tally(
            payload["level"]
            for name, payload in payloads
            if name in ("deadline.reminded", "deadline.escalated")
        ),
        "levels_withdrawn": _tally(
            payload["level"] for name, payload in payloads if name == "deadline.escalation_withdrawn"
        ),
        "days_charged": _sum(pair for period in periods for pair in period["charged"]),
    }


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Each figure in which two reports differ, by its path."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        names = sorted(ours.keys() | theirs.keys())
        return [
            line
            for name in names
            for line in differences(ours.get(name), theirs.get(name), f"{path}.{name}".lstrip("."))
        ]
    same = (ours or 0) == (theirs or 0) if "days" not in path.rpartition(".")[2] else ours == theirs
    return [] if same else [f"{path}: {ours} in the report, {theirs} from Kafka"]


def _tracks(history: list[Event]) -> Iterator[tuple[str, str]]:
    """A service and "asked" for each track asked for here, a service and its state for each that is here."""
    services: dict[str, str] = {}
    states: dict[str, str] = {}
    for entry in history:
        name, payload = _named(entry["payload"])
        track = payload["step"].split(".")[0] if name == "appeal.placed" else payload.get("track", "")
        if name in ("track.opened", "track.answered"):
            services[track] = payload["service"]
        if name == "track.opened":
            yield payload["service"], "asked"
        if name in ("track.opened", "track.reopened", "appeal.placed", "track.answered"):
            states[track] = payload.get("outcome") or ("placed" if name == "appeal.placed" else "open")
        elif name == "tracks.handed_over":  # asked for here, and open or answered there
            for left in payload["hand_over"]["tracks"]:
                services.pop(left["track"], None)
        elif name == "tracks.taken_over":
            services |= {taken["track"]: taken["service"] for taken in payload["tracks"]}
            states |= {taken["track"]: "open" for taken in payload["tracks"]}
    yield from ((service, states[track]) for track, service in services.items())


def _openings(history: list[Event], as_of: dt.datetime, days: DayCounter) -> Iterator[tuple[str, int | None]]:
    running: dict[str, Event] = {}
    met: dict[str, Event] = {}
    began: list[dt.datetime] = []
    for entry in history:
        name, payload = _named(entry["payload"])
        if name == "case.answered" and began:
            state = "answered_in_time" if payload["in_time"] else "answered_late"
            yield state, days.count(min(began), _at(entry["recorded_at"]))
        if name in ("case.answered", "case.handed_over"):
            running, began = {}, []
        if name == "term.ended":
            running.pop(payload["term"], None)
        if name == "term.extended" or (name == "clock.revised" and payload["subject"] == "case"):
            moved = payload["term"] if payload.get("term") in running else next(iter(running), None)
            if moved is not None:
                running[moved] = met[moved] = payload["clock"]
        if name == "tracks.taken_over" and payload.get("terms") is None:
            running = {}
        for term, clock in _terms_begun(name, payload, met):
            ends = [clock, running[term]] if term in running else [clock]
            running[term] = met[term] = min(ends, key=lambda reading: _at(reading["due_at"]))
            began.append(_at(clock["started_at"]))
    if running:
        late = as_of > min(_at(clock["due_at"]) for clock in running.values())
        yield ("open_late" if late else "open_in_time"), None


def _terms_begun(name: str, payload: Event, met: dict[str, Event]) -> Iterator[tuple[str, Event]]:
    """The statutory terms that run from this event on: those of an appeal, of a track, or that ran before."""
    clock = payload.get("clock")
    if name == "case.opened" or (name in ("appeal.joined", "appeal.shared") and clock):
        yield payload["appeal"]["appeal_id"], payload["clock"]
    elif name == "case.reopened":
        yield payload.get("term") or "", payload["clock"]
    elif name == "track.opened" and clock:
        yield payload["track"], payload["clock"]
    elif name == "track.reopened":
        yield from ((term, met[term]) for term in payload.get("terms") or () if term in met)
    elif name == "tracks.taken_over":
        terms: list[Event] = payload.get("terms") or [{"term": "", "clock": clock}]
        yield from ((term["term"], term["clock"]) for term in terms)


def _channels(received: list[Event]) -> dict[str, Counts]:
    rows = {appeal["channel"]: {"persons": 0, "appeals": 0} for appeal in received}
    met: set[str] = set()
    for appeal in sorted(received, key=_arrival):
        rows[appeal["channel"]]["appeals"] += 1
        rows[appeal["channel"]]["persons"] += _person(appeal) not in met
        met.add(_person(appeal))
    return rows


def _agencies(periods: list[dict[str, Any]]) -> dict[str, Any]:
    counts = _table((period["agency"], name) for period in periods for name in period["counted_as"])
    taken: dict[str, list[int]] = defaultdict(list)
    for period in periods:
        if period["days"] is not None:
            taken[period["agency"]].append(period["days"])
    return {agency: {**row, **_within(taken[agency])} for agency, row in counts.items()}


def _within(days: list[int]) -> dict[str, int | None]:
    """The days within which half, and nine of ten, ended."""
    found = []
    for share in (5, 9):
        enough = [day for day in days if sum(other <= day for other in days) * 10 >= share * len(days)]
        found.append(min(enough, default=None))
    return {"median_days": found[0], "p90_days": found[1]}


def _table(pairs: Iterable[tuple[str, str]]) -> dict[str, Counts]:
    rows: dict[str, Counts] = {}
    for name, column in pairs:
        row = rows.setdefault(name, {})
        row[column] = row.get(column, 0) + 1
    return rows


def _tally(names: Iterable[str]) -> Counts:
    return _sum((name, 1) for name in names)


def _sum(pairs: Iterable[tuple[str, int]]) -> Counts:
    total: Counts = {}
    for name, number in pairs:
        total[name] = total.get(name, 0) + number
    return total


def _arrival(appeal: Event) -> tuple[dt.datetime, str]:
    return _at(appeal["received_at"]), str(appeal["tracking_number"])


def _person(appeal: Event) -> str:
    return str(appeal.get("applicant_index") or appeal["appeal_id"])


def _named(payload: Event) -> tuple[str, Event]:
    return payload["type"].removeprefix("az.vahid.").removesuffix(".v1"), payload


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
