"""Texts as applicants write them, each with the services that the centre's staff would choose.

`shown.csv` came with the report that asked for this; `texts.csv` is our own. A text without a service is one
that a person must read. `held_out` texts were not looked at while the rules were made;
docs/operations/free-text.md has their figures from before any word was added for them.
"""

import csv
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from catalogue.free_text.deciding import decide
from catalogue.free_text.interpretation import Interpretation, interpret
from catalogue.free_text.reading import reader_of
from catalogue.free_text.words import words_of
from tests.packaged import packaged

SUGGESTED = 3
"""A right service among the first so many suggestions is found."""


class Text(NamedTuple):
    """A text, what kind of trouble it is, and its right services."""

    group: str
    text: str
    services: tuple[str, ...]
    held_out: bool = False


def read(file: str) -> list[Text]:
    """The texts of a file in this folder."""
    with (Path(__file__).parent / file).open(encoding="utf-8", newline="") as lines:
        return [
            Text(row["group"], row["text"], tuple(row["services"].split()), row.get("set") == "held_out")
            for row in csv.DictReader(lines)
        ]


@cache
def interpreted(text: str) -> Interpretation:
    """What the packaged catalogue makes of a text."""
    return interpret(packaged().free_text, text)


def is_placed(text: str) -> bool:
    """Whether the packaged catalogue places a text by rule; suggestions are not asked for."""
    free_text = packaged().free_text
    return decide(reader_of(free_text).read(words_of(text)), free_text).service is not None


def outcome(text: Text) -> str:
    """`right`, `triage`, `part` (one of two services) or `wrong`."""
    service = interpreted(text.text).service
    if service is None:
        return "triage"
    if text.group == "two":
        return "part"
    return "right" if service in text.services else "wrong"


def outcomes(texts: Iterable[Text]) -> Counter[str]:
    """How many texts had each outcome."""
    return Counter(outcome(text) for text in texts)


def found(text: Text) -> bool:
    """Whether a right service is the one it is placed with, or among the first suggestions."""
    reading = interpreted(text.text)
    offered = {reading.service, *reading.suggestions[:SUGGESTED]}
    return not offered.isdisjoint(text.services)
