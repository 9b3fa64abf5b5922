"""Foreign text as it may be printed: nothing in it moves a cursor, renames a window, or reverses a line.

Foreign is every text that was not written here: of applicants, agencies, files, and other programs' logs.
"""

import json
import re
from collections.abc import Callable
from typing import Any

REPLACED = "\N{REPLACEMENT CHARACTER}"
"""Stands for a character that was not printed, so that a reader sees that there was one."""

# C0 and C1 with DEL; line and paragraph separator; what reverses the order of writing (UAX 9: marks,
# embeddings, overrides, isolates); interlinear annotation; tags; halves of a surrogate pair.
_CONTROLS = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
    r"\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff"
)
_CONTROL = re.compile(f"[{_CONTROLS}]")
_OF_A_LINE = re.compile("\r\n|[\t\n\r]")


def printable(text: str) -> str:
    """The text with its lines and tabs; every other control is `REPLACED`."""
    return _CONTROL.sub(REPLACED, text.replace("\r\n", "\n"))


def printable_line(text: str) -> str:
    """The text as one line without tabs: what may stand in a cell."""
    return _CONTROL.sub(REPLACED, _OF_A_LINE.sub(" ", text))


def printable_json(
    value: object, *, indent: int | None = None, default: Callable[[Any], Any] | None = None
) -> str:
    """The value as JSON; its texts stay as they are, their controls escaped.

    Raises:
        TypeError: a value has no form in JSON.
    """
    return escaped(json.dumps(value, ensure_ascii=False, indent=indent, default=default))


def escaped(text: str) -> str:
    r"""A JSON text with its controls as `\uXXXX`: another spelling of the same value."""
    return _CONTROL.sub(lambda found: json.dumps(found.group())[1:-1], text)
