"""JSON that others wrote, read strictly: what two readers could take for two things is refused.

RFC 8259 leaves open what a repeated name means, how deep a text may nest, and how large a number may be. Our
readers differ there from those of others, and so do the libraries behind them. So a name may stand once, a
value nests `DEEPEST` levels, a whole number has 64 bits, a fraction is finite; texts are UTF-8 (I-JSON,
RFC 7493).
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Any, Final

DEEPEST = 64
"""Levels of objects and lists, one within the other."""
_LARGEST = 2**63
_LONGEST_NUMBER = 25
_OPENING = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


class Unreadable:
    """Stands for a value that cannot be read, in a document that is read leniently."""


UNREADABLE: Final = Unreadable()


class ForeignJsonError(ValueError):
    """The text is no JSON, or not such as we read. The message never quotes it; `position` in characters."""

    def __init__(self, reason: str, position: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


def read_json(content: bytes | str) -> Any:
    """The JSON document in `content`.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
        ForeignJsonError: it cannot be read.
    """
    text = _text(content)
    if (position := next(_too_deep(text), None)) is not None:
        raise ForeignJsonError(f"it nests deeper than {DEEPEST} levels", position[0])
    return _loaded(text, _STRICT)


def read_leniently(content: bytes | str) -> Any:
    """The JSON document in `content`, with `UNREADABLE` at the place of each value that cannot be read.

    So one bad item in a list leaves the others.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
        ForeignJsonError: it is no JSON.
    """
    text = _text(content)
    parts, kept = [], 0
    for begin, end in _too_deep(text):
        parts += [text[kept:begin], "NaN"]
        kept = end
    return _loaded("".join([*parts, text[kept:]]), _LENIENT)


def is_readable(value: object) -> bool:
    """Whether nothing in `value` is `UNREADABLE`."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Unreadable):
            return False
        if isinstance(found, dict):
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
    return True


def unreadable_as_nan(value: object) -> float:
    """The `default` with which `json` writes `UNREADABLE`: as a text that `read_json` refuses."""
    if isinstance(value, Unreadable):
        return math.nan
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _text(content: bytes | str) -> str:
    return content.decode("utf-8-sig") if isinstance(content, bytes) else content


def _too_deep(text: str) -> Any:
    """Begin and end of each value that stands deeper than `DEEPEST`, outermost only."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth, begin = 0, 0
    for found in _OPENING.finditer(text):
        character = found.group()[0]
        if character in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                begin = found.start()
        elif character in "]}":
            depth -= 1
            if depth == DEEPEST:
                yield begin, found.end()
    if depth > DEEPEST:
        yield begin, len(text)


def _loaded(text: str, decoder: json.JSONDecoder) -> Any:
    try:
        return decoder.decode(text)
    except ForeignJsonError:
        raise
    except json.JSONDecodeError as error:
        raise ForeignJsonError(error.msg, error.pos) from None
    except (ValueError, RecursionError) as error:
        raise ForeignJsonError(f"it cannot be read ({type(error).__name__})") from None


def _object(pairs: Sequence[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ForeignJsonError("an object has a name twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER or not -_LARGEST <= (number := int(digits)) < _LARGEST:
        raise ForeignJsonError("a whole number is larger than 64 bits")
    return number


def _fraction(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ForeignJsonError("a number is too large")
    return number


def _constant(name: str) -> Any:
    raise ForeignJsonError(f"{name} is not JSON")


def _lenient(read: Any) -> Any:
    def reading(value: Any) -> Any:
        try:
            return read(value)
        except ForeignJsonError:
            return UNREADABLE

    return reading


def _decoder(wrap: Any) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=wrap(_object),
        parse_int=wrap(_whole),
        parse_float=wrap(_fraction),
        parse_constant=wrap(_constant),
    )


_STRICT, _LENIENT = _decoder(lambda read: read), _decoder(_lenient)
