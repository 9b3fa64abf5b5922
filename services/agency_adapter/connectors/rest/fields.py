"""Fields of an agency's JSON: each is read in its agreed shape, or not at all. Pure."""

import json
import re

from services.agency_adapter.json_path import value_at

LONGEST_CODE = 64
LONGEST_ID = 200
LARGEST_SEQUENCE = 2**53
ANY_SHAPE = r"\S+"
"""The shape of an identifier of which no shape was agreed."""


def identifier(value: object, shape: str) -> str | None:
    """An identifier as text, whole numbers too; None where it has not the agreed shape."""
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


def raw_code(value: object) -> str | None:
    """A code as text, whole numbers too; None where it is empty, too long or not printable."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or len(value) > LONGEST_CODE or not value.isprintable():
        return None
    return value


def text(item: object, path: str | None) -> str | None:
    """The text at `path`; JSON of anything else that stands there, None of nothing."""
    value = value_at(item, path) if path else None
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def sequence(item: object, path: str | None) -> int | None:
    """The agency's own sequence number at `path`, if there is one.

    Raises:
        ValueError: it is not a whole number that JSON can carry exactly.
    """
    value = value_at(item, path) if path else None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST_SEQUENCE:
        raise ValueError("not a sequence number")
    return value
