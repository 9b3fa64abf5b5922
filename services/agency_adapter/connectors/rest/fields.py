"""Fields of an agency's JSON: each is read in its agreed shape, or not at all. Pure."""

import json
import re
from collections.abc import Collection

from services.agency_adapter.json_path import LARGEST_EXACT, value_at, whole

LONGEST_CODE = 64
CODE_SHAPE = r"(?=.{1,32}$)(?:[A-Z][A-Z0-9]*(?:[_.-][A-Z0-9]+)*|[a-z][a-z0-9]*(?:[_.-][a-z0-9]+)*|[0-9]{1,6})"
"""A word of ASCII, all capitals or all small, its parts joined by _ . or -; or at most six digits."""
_PERSONAL = r"(?=.*[0-9])[0-9A-HJ-NP-Z]{7}"
"""A FIN has the shape of a code."""
NO_CODE = "unmapped"
"""Stands in the open for a code that has not the shape of one; what the agency sent is sealed in the note."""
LONGEST_ID = 200
LARGEST_SEQUENCE = LARGEST_EXACT
ANY_SHAPE = r"\S+"
"""The shape of an identifier of which no shape was agreed."""


def identifier(value: object, shape: str) -> str | None:
    """An identifier as text, whole numbers too; None where it has not the agreed shape."""
    value = _as_text(value)
    usable = (
        isinstance(value, str)
        and len(value) <= LONGEST_ID
        and value.isascii()
        and value.isprintable()
        and re.fullmatch(shape, value)
    )
    return str(value) if usable else None


def raw_code(value: object, known: Collection[str]) -> str | None:
    """A code as text, whole numbers too; None where it is empty, too long or not printable.

    A code that is not `known` is kept in the open where it has the shape of one (`CODE_SHAPE`); else it is
    `NO_CODE`: it may say anything of anybody.
    """
    value = _as_text(value)
    if not isinstance(value, str) or not value or len(value) > LONGEST_CODE or not value.isprintable():
        return None
    return value if value in known or _is_code(value) else NO_CODE


def _is_code(text: str) -> bool:
    return re.fullmatch(CODE_SHAPE, text, re.ASCII) is not None and re.fullmatch(_PERSONAL, text) is None


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
    number = whole(value)
    if number is None or not 0 <= number < LARGEST_SEQUENCE:
        raise ValueError("not a sequence number")
    return number


def _as_text(value: object) -> object:
    number = whole(value)
    return value if number is None else str(number)
