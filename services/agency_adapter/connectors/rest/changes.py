"""One change of an agency, from its JSON into our terms. Pure.

No value that came in goes into an error: it can be personal.
"""

import json
from datetime import UTC, datetime

from kit.foreign_json import is_readable, unreadable_as_nan
from services.agency_adapter.connectors import date_formats
from services.agency_adapter.connectors.connector import Change, MalformedChangeError
from services.agency_adapter.connectors.rest import fields
from services.agency_adapter.connectors.rest.mapping import RestMapping
from services.agency_adapter.json_path import value_at

LONGEST_NOTE_BYTES = 40_000
"""Keeps the sealed note under the wire's limit of 64 KiB."""


def read_change(mapping: RestMapping, item: object) -> Change:
    """The change that the agency wrote as `item`.

    Raises:
        MalformedChangeError: a required field is absent or not of the agreed shape.
    """
    if not is_readable(item):
        raise MalformedChangeError("change_malformed", "a change holds a value that cannot be read")
    paths = mapping.change
    sent_code = value_at(item, paths.code)
    raw_code = _required(paths.code, fields.raw_code(sent_code, mapping.statuses))
    unmapped_code = str(sent_code) if raw_code == fields.NO_CODE != sent_code else None
    reason, forward_to = fields.text(item, paths.reason), fields.text(item, paths.forward_to)
    reason_code = mapping.reasons.get(reason) if reason else None
    agency = mapping.agencies.get(forward_to) if forward_to else None
    unmapped_reason = reason if reason_code is None else None
    unmapped_agency = forward_to if agency is None else None
    occurred_at, sequence = _occurred_at(mapping, item), _sequence(item, paths.sequence)
    note = fields.text(item, paths.note)
    return Change(
        status_id=_required(paths.id, fields.identifier(value_at(item, paths.id), mapping.status_id_shape)),
        reference=_required(
            paths.reference, fields.identifier(value_at(item, paths.reference), mapping.reference_shape)
        ),
        key=fields.identifier(value_at(item, paths.key), fields.ANY_SHAPE) if paths.key else None,
        status=mapping.statuses.get(raw_code, "note"),
        raw_code=raw_code,
        occurred_at=occurred_at,
        sequence=sequence,
        note=_note(note, unmapped_code, unmapped_reason, unmapped_agency),
        reason_code=reason_code,
        forward_to=agency,
        unmapped=_unmapped(
            status=raw_code not in mapping.statuses,
            reason=unmapped_reason is not None,
            forward_to=unmapped_agency is not None,
        ),
        stated=raw(
            [str(sent_code), occurred_at.astimezone(UTC).isoformat(), sequence, note, reason, forward_to]
        ),
        raw=raw(item),
    )


def raw(item: object) -> bytes:
    """A change as it came, as JSON; the same change gives the same bytes."""
    return json.dumps(item, sort_keys=True, default=unreadable_as_nan).encode()


def _unmapped(**is_unmapped: bool) -> tuple[str, ...]:
    return tuple(name for name, unmapped in is_unmapped.items() if unmapped)


def _required(path: str, value: str | None) -> str:
    if value is None:
        raise MalformedChangeError("change_malformed", f"a change has nothing usable at {path}")
    return value


def _occurred_at(mapping: RestMapping, item: object) -> datetime:
    path = mapping.change.occurred_at
    try:
        return date_formats.parse_instant(value_at(item, path), mapping.dates, mapping.zone)
    except ValueError:
        raise MalformedChangeError(
            "change_malformed", f"a change has no instant written as {mapping.dates} at {path}"
        ) from None


def _sequence(item: object, path: str | None) -> int | None:
    try:
        return fields.sequence(item, path)
    except ValueError:
        raise MalformedChangeError("change_malformed", f"a change has no usable sequence at {path}") from None


def _note(note: str | None, code: str | None, reason: str | None, forward_to: str | None) -> str | None:
    """The agency's note, with its unmapped code, reason and agency appended, so that nothing is lost."""
    parts = (
        note,
        code and f"[code] {code}",
        reason and f"[reason] {reason}",
        forward_to and f"[forward to] {forward_to}",
    )
    text = "\n".join(part for part in parts if part)
    if not text:
        return None
    encoded = text.encode(errors="replace")
    if len(encoded) <= LONGEST_NOTE_BYTES:
        return encoded.decode()
    return encoded[:LONGEST_NOTE_BYTES].decode(errors="ignore") + " […]"
