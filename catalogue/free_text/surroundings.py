"""What may stand around the service that is asked for, though its words are not known. Pure."""

import re
from collections.abc import Iterable, Sequence

from catalogue.free_text.model import Endings, FreeText
from catalogue.free_text.phrases import Found
from catalogue.free_text.reading import Kind, Meaning, ReadText
from catalogue.free_text.words import spelling
from schemas.frozen import Code

_ASKS_NOTHING: tuple[Kind, ...] = ("before", "purpose", "person", "filler", "link", "join")
"""The kinds of phrases that may stand in a clause that asks for nothing."""

MOST_QUALIFYING = 3
"""How many unknown words may stand before the service that is asked for."""

_POSSESSED = re.compile(r"[iu]((n(in?|un?|a|e)?|y?l[ae]))?$")
"""How a noun ends that has another one before it as its attribute: dərmanı, dərmanının, dərmanıyla."""


def background(text: ReadText, service: Code, clause_of_ask: int, endings: Endings) -> set[int]:
    """The places of clauses before the one that asks, in which people say what happened to them or theirs.

    "Ayağımı itirmişəm, protez lazımdır", and "oğlum gecələr qorxur": the first word names whose it is.
    """
    places: set[int] = set()
    for clause in range(clause_of_ask):
        inside = [place for place, word in enumerate(text.words) if word.clause == clause]
        groups = [group for group in text.found if group[0].start in inside]
        if inside and not _asks_or_denies(groups, service):
            of_a_person = inside[0] in _starts(groups, "person")
            endings_there = (*endings.of_self, *(endings.of_others if of_a_person else ()))
            places.update(inside if _ends_in(text.words[inside[-1]].text, endings_there) else ())
    return places


def _asks_or_denies(groups: Iterable[Sequence[Found[Meaning]]], service: Code) -> bool:
    """Whether these phrases ask, deny, complain, or have to do with another service."""
    return any(not any(_asks_nothing(phrase.meaning, service) for phrase in group) for group in groups)


def _asks_nothing(meaning: Meaning, service: Code) -> bool:
    if meaning.kind in ("hint", "ask", "mention", "shared"):
        return meaning.code == service
    return meaning.kind in _ASKS_NOTHING


def qualifies(
    text: ReadText, unknown: Sequence[int], asked: Sequence[Found[Meaning]], free_text: FreeText
) -> bool:
    """Whether the unknown words only say for whom, or which kind, is asked for: they stand just before that.

    "Epilepsiya dərmanı", "qırmızı rəngli avtomobil". They join nothing else, are no verbs and of no place,
    and are words of no other service.
    """
    first = min(asked, key=lambda phrase: phrase.start)
    before = unknown[-1] < first.start and len(unknown) <= MOST_QUALIFYING
    if not before or text.words[unknown[0]].clause != text.words[first.start].clause:
        return False
    groups = [group for group in text.found if unknown[0] <= group[0].start < first.start]
    reported = any(phrase.meaning.kind == "reported" for group in text.found for phrase in group)
    if reported or _starts(groups, "join") or _asks_or_denies(groups, first.meaning.code):
        return False
    purposes = _starts(groups, "purpose")
    apart = (*free_text.endings.apart, *free_text.endings.of_self, *free_text.endings.of_others)
    if any(place + 1 in purposes or _ends_in(text.words[place].text, apart) for place in unknown):
        return False
    return unknown[-1] + 1 < first.start or _may_have_attribute(text, first, free_text)


def _starts(groups: Iterable[Sequence[Found[Meaning]]], kind: Kind) -> set[int]:
    return {phrase.start for group in groups for phrase in group if phrase.meaning.kind == kind}


def _may_have_attribute(text: ReadText, ask: Found[Meaning], free_text: FreeText) -> bool:
    """Whether a word just before it may say which kind: a "məktəb psixoloqu" is no psychologist for one."""
    attributed = {words.service for words in free_text.services if words.attributes}
    possessed = _POSSESSED.search(text.words[ask.end - 1].text) is not None
    single = ask.end - ask.start == 1
    return not single or not possessed or ask.meaning.code in attributed


def _ends_in(word: str, endings: Sequence[str]) -> bool:
    return word.endswith(tuple(map(spelling, endings)))
