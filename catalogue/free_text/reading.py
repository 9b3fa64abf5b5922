"""Finds the phrases of a catalogue in a free text. Pure."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from catalogue.free_text.model import FreeText, Phrase, ServiceWords
from catalogue.free_text.phrases import (
    Found,
    Index,
    Pattern,
    mention_of,
    of_verb,
    patterns_of,
    with_own,
)
from catalogue.free_text.words import Word
from schemas.frozen import Code

Kind = Literal[
    "ask",
    "mention",
    "shared",
    "hint",
    "request",
    "reported",
    "link",
    "before",
    "purpose",
    "person",
    "join",
    "filler",
    "veto",
]


class Meaning(NamedTuple):
    """What a phrase means: its kind, and the code of its service ("": any) or veto.

    `by` is what narrows a shared one.
    """

    kind: Kind
    code: Code = ""
    by: tuple[Phrase, ...] = ()


class ReadText(NamedTuple):
    """The words of a text, the phrases in it one after another, and the phrases that narrow shared ones."""

    words: tuple[Word, ...]
    found: tuple[tuple[Found[Meaning], ...], ...]
    narrowing: frozenset[Phrase]

    def named(self) -> Iterator[Found[Meaning]]:
        """What names a service; a shared phrase does once it is narrowed."""
        return (phrase for group in self.found for phrase in group if self.names(phrase.meaning))

    def names(self, meaning: Meaning) -> bool:
        """Whether a phrase of this meaning names its service."""
        if meaning.kind == "shared":
            return not self.narrowing.isdisjoint(meaning.by)
        return meaning.kind in ("ask", "mention")


class Reader:
    """Finds the phrases of one catalogue in texts."""

    def __init__(self, free_text: FreeText) -> None:
        self.free_text = free_text
        self._phrases = Index(_phrases(free_text), free_text.endings)
        by = {phrase for words in free_text.services for shared in words.narrowed for phrase in shared.by}
        self._narrowing = Index(((patterns_of(phrase), phrase) for phrase in sorted(by)), free_text.endings)

    def read(self, words: tuple[Word, ...]) -> ReadText:
        """The phrases in these words, the longest at each place; what narrows may overlap with them."""
        found, place = [], 0
        while place < len(words):
            group = tuple(self._phrases.at(words, place))
            if group:
                found.append(group)
            place = group[0].end if group else place + 1
        places = range(len(words))
        narrowing = frozenset(f.meaning for place in places for f in self._narrowing.at(words, place))
        return ReadText(words, tuple(found), narrowing)


@lru_cache(maxsize=8)
def reader_of(free_text: FreeText) -> Reader:
    """The reader of a catalogue, built once."""
    return Reader(free_text)


def _phrases(free_text: FreeText) -> Iterator[tuple[tuple[Pattern, ...], Meaning]]:
    for words in free_text.services:
        yield from _phrases_of(words)
    kinds: tuple[tuple[Kind, tuple[Phrase, ...]], ...] = (
        ("request", free_text.requests),
        ("link", free_text.links),
        ("reported", free_text.reported),
        ("before", free_text.before),
        ("purpose", free_text.purposes),
        ("person", free_text.people),
        ("join", free_text.joins),
        ("filler", free_text.fillers),
    )
    for kind, phrases in kinds:
        yield from ((patterns_of(phrase), Meaning(kind)) for phrase in phrases)
    yield from _verbs(free_text.verbs)
    for veto in free_text.vetoes:
        yield from ((patterns_of(phrase), Meaning("veto", veto.code)) for phrase in veto.phrases)


def _phrases_of(words: ServiceWords) -> Iterator[tuple[tuple[Pattern, ...], Meaning]]:
    code = words.service
    for phrase in words.asks:
        patterns = patterns_of(phrase)
        yield with_own(patterns) if words.own else patterns, Meaning("ask", code)
        yield mention_of(patterns), Meaning("mention", code)
    for shared in words.narrowed:
        for phrase in shared.phrases:
            patterns = patterns_of(phrase)
            yield with_own(patterns) if words.own else patterns, Meaning("shared", code, shared.by)
            yield mention_of(patterns), Meaning("hint", code)
    yield from ((patterns_of(phrase), Meaning("hint", code)) for phrase in words.hints)
    yield from ((patterns_of(phrase), Meaning("link", code)) for phrase in words.links)
    yield from _verbs(words.verbs, code)


def _verbs(stems: Sequence[Phrase], code: Code = "") -> Iterator[tuple[tuple[Pattern, ...], Meaning]]:
    for stem in stems:
        yield of_verb(stem, "verbal"), Meaning("link", code)
        yield of_verb(stem, "asking"), Meaning("request", code)
