"""The hash chain of a case. Pure.

Each event carries the hash of the one before: SHA-256 over the canonical JSON (RFC 8785) of the event without
its own `hash` and without absent fields. Verification works on the stored JSON, not on models, so that a
field added later does not change an old event's hash.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kit.canonical_json import canonical_json
from schemas.case_events import CaseEvent, RecordedEvent

GENESIS = "0" * 64
"""The hash before the first event of a case."""


@dataclass(frozen=True)
class ChainFault:
    """Where a history does not verify: at `seq`, for the reason `code`."""

    seq: int
    code: str


def digest(entry: Mapping[str, Any]) -> str:
    """The hash of an entry, whatever its own `hash` is."""
    content = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(canonical_json(content)).hexdigest()


def chain(head: str, events: Sequence[CaseEvent]) -> tuple[RecordedEvent, ...]:
    """The events as they will stand in the ledger, after an event whose hash is `head`."""
    recorded = []
    for event in events:
        content = {**event.model_dump(mode="json", exclude_none=True), "prev_hash": head}
        head = digest(content)
        recorded.append(
            RecordedEvent.model_construct(
                **{name: getattr(event, name) for name in CaseEvent.model_fields},
                prev_hash=content["prev_hash"],
                hash=head,
            )
        )
    return tuple(recorded)


def canonical(event: RecordedEvent) -> str:
    """The stored form of an event: canonical JSON, absent fields left out."""
    return canonical_json(event.model_dump(mode="json", exclude_none=True)).decode()


def verify(entries: Iterable[str | bytes], *, after: int = 0, head: str = GENESIS) -> tuple[ChainFault, ...]:
    """What is wrong with a case's stored entries, which must follow on sequence `after` with hash `head`.

    Detects a changed entry, a missing one, a swap, a chain that was not continued from `head`, and a text
    that is not the canonical form of what it says. Whatever is stored, it answers and never raises.
    """
    faults: list[ChainFault] = []
    known: str | None = head
    for expected, text in enumerate(entries, start=after + 1):
        found = _read(text)
        if found is None:
            faults.append(ChainFault(expected, "ledger.entry_unreadable"))
            known = None  # nobody knows the hash that the next entry must continue from
            continue
        entry, canonical_form = found
        faults += _faults_of(entry, expected, known)
        if canonical_form != _bytes_of(text):
            faults.append(ChainFault(expected, "ledger.entry_not_canonical"))
        known = str(entry.get("hash"))
    return tuple(faults)


def verify_entry(text: str) -> bool:
    """Whether a stored entry has the hash of what it says. Its place in the chain is not asked."""
    found = _read(text)
    return found is not None and found[0].get("hash") == digest(found[0])


def differing_columns(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of a row of `ledger.events` that say something else than its entry does.

    An entry that `verify` calls unreadable has none.
    """
    found = _read(row["entry"])
    if found is None:
        return ()
    entry, _ = found
    payload = entry.get("payload")
    stated = {name: entry.get(name) for name in ("case_id", "seq", "cause", "prev_hash", "hash")}
    stated["type"] = payload.get("type") if isinstance(payload, dict) else None
    stated["recorded_at"] = _instant(entry.get("recorded_at"))
    return tuple(sorted(name for name, value in stated.items() if row[name] != value))


def _faults_of(entry: Mapping[str, Any], expected: int, head: str | None) -> Iterator[ChainFault]:
    seq = entry.get("seq")
    if type(seq) is not int or seq != expected:  # True and 1.0 equal 1
        yield ChainFault(expected, "ledger.sequence_broken")
    if head is not None and entry.get("prev_hash") != head:
        yield ChainFault(expected, "ledger.link_broken")
    if entry.get("hash") != digest(entry):
        yield ChainFault(expected, "ledger.entry_changed")


def _read(text: str | bytes) -> tuple[dict[str, Any], bytes] | None:
    """The entry that `text` states and its canonical form; None where it is no object that has one."""
    try:
        entry = json.loads(text)
        canonical_form = canonical_json(entry)
        _bytes_of(text)
    except (ValueError, TypeError, RecursionError):
        return None
    return (entry, canonical_form) if type(entry) is dict else None


def _bytes_of(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _instant(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
