"""The JSON Schema of the changes that an agency sends, from its mapping. Pure.

It states what `changes.read_change` reads; what stands beside it is not looked at. A format that begins with
`%` is a strftime pattern in the agency's local time.
"""

import re
from typing import Any

from services.agency_adapter.connectors import date_formats
from services.agency_adapter.connectors.rest import fields
from services.agency_adapter.connectors.rest.mapping import RestMapping

Schema = dict[str, Any]

_LARGEST_WHOLE = 2**53 - 1
_LAST_SECOND = 253_402_214_400
"""9999-12-31 in seconds since 1970: a later instant lies beyond the years that are read."""
_NOTE: Schema = {"type": ["string", "integer", "null"], "description": "Kept, and sealed."}


def change_schema(mapping: RestMapping) -> Schema:
    """The schema of one change: a JSON object."""
    paths = mapping.change
    schema: Schema = {}
    for path, part, required in (
        (paths.id, _identifier(mapping.status_id_shape), True),
        (paths.reference, _identifier(mapping.reference_shape), True),
        (paths.code, _code(mapping), True),
        (paths.occurred_at, _instant(mapping), True),
        (paths.key, _key(), False),
        (paths.sequence, _sequence(), False),
        (paths.note, _NOTE, False),
        (paths.reason, _coded(mapping.reasons), False),
        (paths.forward_to, _coded(mapping.agencies), False),
    ):
        if path is not None:
            _put(schema, path.split("."), part, required)
    return schema


def _put(schema: Schema, path: list[str], part: Schema, required: bool) -> None:
    name, *rest = path
    schema["type"] = "object"
    properties = schema.setdefault("properties", {})
    if required:
        schema["required"] = sorted({*schema.get("required", ()), name})
    if rest:
        _put(properties.setdefault(name, {}), rest, part, required)
    else:
        properties[name] = {"allOf": [properties[name], part]} if name in properties else part


def _identifier(shape: str) -> Schema:
    text = {"type": "string", "pattern": f"^(?:{shape})$", "maxLength": fields.LONGEST_ID}
    digits = max((count for count in range(1, 16) if re.fullmatch(shape, "9" * count)), default=0)
    if not digits or not re.fullmatch(shape, "0"):
        return text
    return {"anyOf": [text, {"type": "integer", "minimum": 0, "maximum": 10**digits - 1}]}


def _key() -> Schema:
    described = "The key under which the assignment was sent, where it is known."
    return {"type": ["string", "null"], "description": described}


def _code(mapping: RestMapping) -> Schema:
    known = ", ".join(sorted(mapping.statuses))
    described = f"Known: {known}. Another one is kept, and changes nothing."
    text = {"type": "string", "format": "line", "minLength": 1, "maxLength": fields.LONGEST_CODE}
    number = {"type": "integer", "minimum": 0, "maximum": _LARGEST_WHOLE}
    return {"anyOf": [text, number], "description": described, "examples": sorted(mapping.statuses)}


def _coded(known: dict[str, str]) -> Schema:
    return {**_NOTE, "examples": sorted(known)} if known else _NOTE


def _instant(mapping: RestMapping) -> Schema:
    match mapping.dates:
        case date_formats.EPOCH_MS:
            return {"type": "integer", "minimum": 0, "maximum": _LAST_SECOND * 1000}
        case date_formats.EPOCH_S:
            return {"type": "integer", "minimum": 0, "maximum": _LAST_SECOND}
        case date_formats.ISO:
            described = f"ISO 8601; without an offset it is local time of {mapping.timezone}."
            return {"type": "string", "format": "date-time", "description": described}
        case pattern:
            return {"type": "string", "format": pattern, "description": f"Local time of {mapping.timezone}."}


def _sequence() -> Schema:
    return {"type": ["integer", "null"], "minimum": 0, "maximum": fields.LARGEST_SEQUENCE - 1}
