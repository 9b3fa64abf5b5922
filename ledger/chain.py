"""The hash chain of a case. Pure.

Each event carries the hash of the one before: SHA-256 over the canonical JSON (RFC 8785) of the event without
its own `hash` and without absent fields. Verification works on the stored JSON, not on models, so that a
field added later does not change an old event's hash.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


def verify(entries: Iterable[str], *, after: int = 0, head: str = GENESIS) -> tuple[ChainFault, ...]:
    """What is wrong with a case's stored entries, which must follow on sequence `after` with hash `head`.

    Detects a changed entry, a missing one, a swap, and a chain that was not continued from `head`.
    """
    faults = []
    for expected, text in enumerate(entries, start=after + 1):
        entry = json.loads(text)
        if entry.get("seq") != expected:
            faults.append(ChainFault(expected, "ledger.sequence_broken"))
        if entry.get("prev_hash") != head:
            faults.append(ChainFault(expected, "ledger.link_broken"))
        if entry.get("hash") != digest(entry):
            faults.append(ChainFault(expected, "ledger.entry_changed"))
        head = str(entry.get("hash"))
    return tuple(faults)
