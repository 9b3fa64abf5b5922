"""Request bodies, from our values and an agency's templates. Pure."""

from collections.abc import Mapping
from datetime import date, datetime

from kit.errors import PermanentError
from services.agency_adapter.connectors import date_formats
from services.agency_adapter.connectors.connector import AssignmentContent, MessageContent
from services.agency_adapter.connectors.rest.mapping import RestMapping
from services.agency_adapter.connectors.rest.message_mapping import MessageRequest
from services.agency_adapter.connectors.rest.templates import DatedField, Fixed, Template
from services.agency_adapter.json_path import value_at


def assignment_body(mapping: RestMapping, content: AssignmentContent, key: str) -> dict[str, object]:
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
    mapping: RestMapping, request: MessageRequest, content: MessageContent, message_id: str
) -> dict[str, object]:
    """The body of the request that sends `content` under `message_id`."""
    sources: dict[str, object] = {
        "message": message_id,
        "key": content.key,
        "reference": content.reference,
        "at": content.at,
        "text": content.text,
    }
    return _filled(mapping, request.body, sources)


def _filled(
    mapping: RestMapping, template: Mapping[str, Template], sources: dict[str, object]
) -> dict[str, object]:
    filled = {name: _value(mapping, inner, sources) for name, inner in template.items()}
    return {name: value for name, value in filled.items() if value is not None}


def _value(mapping: RestMapping, template: Template, sources: dict[str, object]) -> object | None:
    if isinstance(template, dict):
        return _filled(mapping, template, sources)
    if isinstance(template, Fixed):
        return template.fixed
    if isinstance(template, DatedField):
        return _dated(mapping, template, value_at(sources, template.source))
    return value_at(sources, template)


def _dated(mapping: RestMapping, field: DatedField, value: object | None) -> object | None:
    if value is None:
        return None
    try:
        if isinstance(value, datetime):
            return date_formats.format_instant(value, field.written, mapping.zone)
        return date_formats.format_day(date.fromisoformat(str(value)), field.written)
    except ValueError:
        raise PermanentError(
            "field_unwritable", f"field {field.source} is no day that can be written as {field.written}"
        ) from None
