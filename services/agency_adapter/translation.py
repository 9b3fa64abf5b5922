"""From our words to an agency's and back, by its mapping. Pure: values in, values out.

Nothing here puts a value that came in into an error: values can be personal.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime

from kit.errors import PermanentError
from services.agency_adapter import moments
from services.agency_adapter.connectors.base import (
    AssignmentContent,
    BrokenChange,
    Change,
    MalformedChangeError,
    MessageContent,
    Page,
)
from services.agency_adapter.disclosure import value_at
from services.agency_adapter.mapping import WHOLE, AnswerPaths, RestMapping, Template
from services.agency_adapter.mapping_parts import Dated, Fixed
from services.agency_adapter.message_mapping import MessageTemplate, Telling

LONGEST_CODE = 64
LONGEST_ID = 200
LONGEST_NOTE_BYTES = 40_000
"""So that the sealed note stays under the wire's limit of 64 KiB."""
LARGEST_SEQUENCE = 2**53


def request_body(mapping: RestMapping, content: AssignmentContent, key: str) -> dict[str, object]:
    """The body of the request that submits `content` under `key`.

    Raises:
        PermanentError: `field_unwritable`, a field that cannot be written as the agency wants it.
    """
    sources: dict[str, object] = {
        **content.disclosed,
        "key": key,
        "service": content.service,
        "due_at": content.due_at,
        "callback_url": content.callback_url,
    }
    return _filled(mapping, mapping.submit.body, sources)


def message_body(
    mapping: RestMapping, telling: Telling, content: MessageContent, message: str
) -> dict[str, object]:
    """The body of the request that tells `content` under the id `message`."""
    sources: dict[str, object] = {
        "message": message,
        "key": content.key,
        "reference": content.reference,
        "at": content.at,
        "text": content.text,
    }
    return _filled(mapping, telling.body, sources)


def _filled(
    mapping: RestMapping, template: Mapping[str, Template | MessageTemplate], sources: dict[str, object]
) -> dict[str, object]:
    filled = {name: _leaf(mapping, inner, sources) for name, inner in template.items()}
    return {name: value for name, value in filled.items() if value is not None}


def _leaf(
    mapping: RestMapping, template: Template | MessageTemplate, sources: dict[str, object]
) -> object | None:
    if isinstance(template, dict):
        return _filled(mapping, template, sources)
    if isinstance(template, Fixed):
        return template.fixed
    if isinstance(template, Dated):
        return _dated(mapping, template, value_at(sources, template.source))
    return value_at(sources, template)


def _dated(mapping: RestMapping, field: Dated, value: object | None) -> object | None:
    if value is None:
        return None
    try:
        if isinstance(value, datetime):
            return moments.format_moment(value, field.written, mapping.zone)
        return moments.format_day(date.fromisoformat(str(value)), field.written)
    except ValueError:
        raise PermanentError(
            "field_unwritable", f"field {field.source} is no day that can be written as {field.written}"
        ) from None


def read_taken(mapping: RestMapping, answer: object, paths: AnswerPaths) -> tuple[str, str | None]:
    """The agency's reference and, where it gives one, its code in an `answer` about an assignment.

    Raises:
        PermanentError: `agency_answer_unreadable`.
    """
    reference = read_reference(mapping, answer, paths.reference)
    return reference, _raw_code(value_at(answer, paths.code)) if paths.code else None


def read_reference(mapping: RestMapping, answer: object, path: str) -> str:
    """The agency's reference at `path` in an `answer`.

    Raises:
        PermanentError: `agency_answer_unreadable`.
    """
    reference = _identifier(value_at(answer, path), mapping.reference_shape)
    if reference is None:
        raise PermanentError(
            "agency_answer_unreadable", f"the answer has no reference of the agreed shape at {path}."
        )
    return reference


def acknowledges(mapping: RestMapping, raw_code: str | None) -> str | None:
    """The code of the acknowledgement that lies in the acceptance; None where it does not lie there."""
    if mapping.acknowledgement is None:
        return None
    if raw_code is not None and mapping.statuses.get(raw_code, "note") == "note":
        return None
    return mapping.acknowledgement


def read_page(mapping: RestMapping, answer: object, cursor: str) -> Page:
    """The changes in the `answer` to a poll from `cursor`. A change that cannot be read blocks no other.

    Raises:
        PermanentError: `agency_answer_unreadable`, the answer itself is not what was agreed.
    """
    items = items_of(answer, mapping.poll.items)
    changes = tuple(_change_or_broken(mapping, item) for item in items)
    return Page(changes, _next_cursor(mapping, answer, items, cursor))


def items_of(answer: object, path: str) -> list[object]:
    """The list at `path` in an `answer`; at `$`, the answer itself.

    Raises:
        PermanentError: `agency_answer_unreadable`, there is none.
    """
    items = answer if path == WHOLE else value_at(answer, path)
    if not isinstance(items, list):
        raise PermanentError("agency_answer_unreadable", f"the answer has no list at {path}")
    return items


def _change_or_broken(mapping: RestMapping, item: object) -> Change | BrokenChange:
    try:
        return read_change(mapping, item)
    except MalformedChangeError as error:
        return BrokenChange(error.code, _raw(item))


def _raw(item: object) -> bytes:
    return json.dumps(item, sort_keys=True).encode()


def _next_cursor(mapping: RestMapping, answer: object, items: list[object], cursor: str) -> str:
    if mapping.poll.next is not None:
        found = _identifier(value_at(answer, mapping.poll.next), r"\S+")
        if found is None:
            raise PermanentError(
                "agency_answer_unreadable", f"the answer has no cursor at {mapping.poll.next}"
            )
        return found
    path = mapping.poll.next_of_item or ""
    found_in_items = (_identifier(value_at(item, path), mapping.status_id_shape) for item in reversed(items))
    return next((found for found in found_in_items if found is not None), cursor)


def read_change(mapping: RestMapping, item: object) -> Change:
    """One change as the agency wrote it, in our words.

    Raises:
        MalformedChangeError: a field that is needed is absent or not of the agreed shape.
    """
    paths = mapping.change
    raw_code = _needed(paths.code, _raw_code(value_at(item, paths.code)))
    reason, forward_to = _text(item, paths.reason), _text(item, paths.forward_to)
    reason_code = mapping.reasons.get(reason) if reason else None
    agency = mapping.agencies.get(forward_to) if forward_to else None
    unmapped = {
        "status": raw_code not in mapping.statuses,
        "reason": reason is not None and reason_code is None,
        "forward_to": forward_to is not None and agency is None,
    }
    return Change(
        status_id=_needed(paths.id, _identifier(value_at(item, paths.id), mapping.status_id_shape)),
        reference=_needed(
            paths.reference, _identifier(value_at(item, paths.reference), mapping.reference_shape)
        ),
        key=_identifier(value_at(item, paths.key), r"\S+") if paths.key else None,
        status=mapping.statuses.get(raw_code, "note"),
        raw_code=raw_code,
        occurred_at=_occurred_at(mapping, item),
        sequence=_sequence(item, paths.sequence),
        note=_note(
            _text(item, paths.note),
            reason if unmapped["reason"] else None,
            forward_to if unmapped["forward_to"] else None,
        ),
        reason_code=reason_code,
        forward_to=agency,
        unmapped=tuple(name for name, is_unmapped in unmapped.items() if is_unmapped),
        raw=_raw(item),
    )


def _needed(path: str, value: str | None) -> str:
    if value is None:
        raise MalformedChangeError("change_malformed", f"a change has nothing usable at {path}")
    return value


def _identifier(value: object, shape: str) -> str | None:
    """An id as text: whole numbers are ids as well; None where it has not the agreed shape."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    usable = (
        isinstance(value, str)
        and len(value) <= LONGEST_ID
        and value.isascii()
        and value.isprintable()
        and re.fullmatch(shape, value)
    )
    return str(value) if usable else None


def _raw_code(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or len(value) > LONGEST_CODE or not value.isprintable():
        return None
    return value


def _text(item: object, path: str | None) -> str | None:
    value = value_at(item, path) if path else None
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _occurred_at(mapping: RestMapping, item: object) -> datetime:
    path = mapping.change.occurred_at
    try:
        return moments.parse_moment(value_at(item, path), mapping.dates, mapping.zone)
    except ValueError:
        raise MalformedChangeError(
            "change_malformed", f"a change has no moment written as {mapping.dates} at {path}"
        ) from None


def _sequence(item: object, path: str | None) -> int | None:
    value = value_at(item, path) if path else None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST_SEQUENCE:
        raise MalformedChangeError("change_malformed", f"a change has no usable sequence at {path}")
    return value


def _note(note: str | None, reason: str | None, forward_to: str | None) -> str | None:
    """The remark, with whatever the agency said that has no place of its own, so that nothing is lost."""
    parts = (note, reason and f"[reason] {reason}", forward_to and f"[forward to] {forward_to}")
    text = "\n".join(part for part in parts if part)
    if not text:
        return None
    encoded = text.encode(errors="replace")
    if len(encoded) <= LONGEST_NOTE_BYTES:
        return encoded.decode()
    return encoded[:LONGEST_NOTE_BYTES].decode(errors="ignore") + " […]"
