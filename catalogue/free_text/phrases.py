"""Finds the phrases of a catalogue in the words of a text. Pure."""

from collections.abc import Iterable, Sequence
from typing import Generic, Literal, NamedTuple, TypeVar

from catalogue.free_text.model import Endings
from catalogue.free_text.words import Word, spelling

Meaning = TypeVar("Meaning")

Mark = Literal["", "*", "~", "own", "verbal", "asking"]
ANY: Mark = "*"
NOUN: Mark = "~"
_WRITTEN: dict[str, Mark] = {"*": ANY, "~": NOUN, "+": "verbal"}
SHORT = 4
"""A stem of fewer letters begins too many other words to be found with any ending."""

_SOFT = {"q": "g", "k": "y"}
"""A last consonant that softens before a vowel: torpaq, torpağın."""


class Pattern(NamedTuple):
    """A word of a phrase in plain spelling: its stem, and which endings it may have ("": none)."""

    stem: str
    mark: Mark = ""
    any_beginning: bool = False


class Found(NamedTuple, Generic[Meaning]):
    """A phrase in a text: the words from `start` up to `end`, and what it means."""

    start: int
    end: int
    meaning: Meaning


def patterns_of(phrase: str) -> tuple[Pattern, ...]:
    """The words of a phrase. Hyphens separate words, as they do in a text."""
    return tuple(_pattern(word) for word in phrase.replace("-", " ").split())


def _pattern(word: str) -> Pattern:
    any_beginning = len(word) > 1 and word.startswith(ANY)
    core = word[1:] if any_beginning else word
    mark = _WRITTEN.get(core[-1:], "")
    return Pattern(spelling(core[:-1] if mark else core), mark, any_beginning)


def of_verb(stem: str, mark: Mark) -> tuple[Pattern, ...]:
    """A verb that is asked for; words before its stem are as they are written."""
    *before, last = patterns_of(stem)
    return (*before, last._replace(mark=mark))


def with_own(patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    """The same phrase with endings of the first person too, where its last word has those of a noun."""
    last = patterns[-1]
    return (*patterns[:-1], last._replace(mark="own") if last.mark == NOUN else last)


def mention_of(patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    """The same phrase with any ending of its last word, unless its stem is short."""
    last = patterns[-1]
    if len(last.stem) >= SHORT and not last.any_beginning:
        last = last._replace(mark=ANY)
    return (*patterns[:-1], last)


class Index(Generic[Meaning]):
    """Phrases by their first word. At each place of a text the longest phrase is found."""

    def __init__(self, phrases: Iterable[tuple[tuple[Pattern, ...], Meaning]], endings: Endings) -> None:
        self._endings: dict[Mark, frozenset[str]] = {
            "": frozenset({""}),
            NOUN: frozenset(map(spelling, endings.noun)) | {""},
            "own": frozenset(map(spelling, (*endings.noun, *endings.own))) | {""},
            "verbal": frozenset(map(spelling, endings.verbal)),
            "asking": frozenset(map(spelling, endings.asking)),
        }
        self._by_stem: dict[str, list[tuple[tuple[Pattern, ...], Meaning]]] = {}
        self._by_end: list[tuple[tuple[Pattern, ...], Meaning]] = []
        for patterns, meaning in phrases:
            self._add(patterns, meaning)

    def _add(self, patterns: tuple[Pattern, ...], meaning: Meaning) -> None:
        first = patterns[0]
        if first.any_beginning:
            self._by_end.append((patterns, meaning))
            return
        for stem in _stems(first):
            self._by_stem.setdefault(stem, []).append((patterns, meaning))

    def at(self, words: Sequence[Word], place: int) -> list[Found[Meaning]]:
        """The longest phrases that begin at a place, all of one length."""
        text = words[place].text
        candidates = [
            phrase for length in range(1, len(text) + 1) for phrase in self._by_stem.get(text[:length], ())
        ]
        fitting = [
            (len(patterns), meaning)
            for patterns, meaning in (*candidates, *self._by_end)
            if self._fits(patterns, words, place)
        ]
        longest = max((length for length, _ in fitting), default=0)
        return [Found(place, place + length, meaning) for length, meaning in fitting if length == longest]

    def _fits(self, patterns: tuple[Pattern, ...], words: Sequence[Word], place: int) -> bool:
        there = words[place : place + len(patterns)]
        return (
            len(there) == len(patterns)
            and there[0].clause == there[-1].clause
            and all(self._matches(pattern, word.text) for pattern, word in zip(patterns, there, strict=True))
        )

    def _matches(self, pattern: Pattern, text: str) -> bool:
        if pattern.any_beginning:
            return text.endswith(pattern.stem) and len(text) > len(pattern.stem)
        return any(
            text.startswith(stem) and self._ends(pattern.mark, text[len(stem) :]) for stem in _stems(pattern)
        )

    def _ends(self, mark: Mark, ending: str) -> bool:
        return mark == ANY or ending in self._endings[mark]


def _stems(pattern: Pattern) -> tuple[str, ...]:
    """The stem, and as it is before a vowel where its last consonant softens."""
    soft = _SOFT.get(pattern.stem[-1:]) if pattern.mark in (ANY, NOUN, "own") else None
    return (pattern.stem,) if soft is None else (pattern.stem, pattern.stem[:-1] + soft)
