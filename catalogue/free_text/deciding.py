"""Decides whether a free text asks for exactly one service. Pure.

Two services, a negation, a complaint or a service only spoken of must not send an appeal to an agency.
Such texts cannot be listed. So a text is placed only where its words are known, or stand where they do no
harm.
"""

from collections.abc import Sequence
from typing import NamedTuple

from catalogue.free_text.model import FreeText
from catalogue.free_text.phrases import Found
from catalogue.free_text.reading import Meaning, ReadText
from catalogue.free_text.surroundings import background, qualifies
from schemas.frozen import Code

ASKED: Code = "asked"
"""The ground where the text asks for exactly one service."""
NAMED: Code = "named"
"""The ground where the text is nothing but the name of a service."""

GROUNDS: dict[Code, str] = {
    ASKED: "The text asks for one service, and says nothing else.",
    NAMED: "The text is the name of one service, and nothing else.",
    "other_script": "Words in Cyrillic: a person reads it.",
    "no_service_named": "No phrase of a service is in the text.",
    "several_services": "Phrases of several services are in the text.",
    "service_spoken_of": "A service is named in a form in which none is asked for.",
    "other_words": "The text says more than that a service is asked for.",
    "no_request": "A service is named, and not asked for.",
}
"""Why a text was placed or not, beside the catalogue's vetoes."""


class Reading(NamedTuple):
    """The one service that is asked for (None: a person reads the text), and the ground of that."""

    service: Code | None
    ground: Code


def ground_text(free_text: FreeText, ground: Code) -> str:
    """The sentence that explains a ground."""
    return {**GROUNDS, **{veto.code: veto.reason for veto in free_text.vetoes}}[ground]


def decide(text: ReadText, free_text: FreeText) -> Reading:
    """The one service that the text asks for; None, and why, where a person must read it."""
    ground = _refusal(text, free_text)
    if ground is not None:
        return Reading(None, ground)
    (service,) = {phrase.meaning.code for phrase in text.named()}
    if any(_asks(phrase.meaning, service) for group in text.found for phrase in group):
        return Reading(service, ASKED)
    return Reading(service, NAMED) if _names_alone(text, service) else Reading(None, "no_request")


def _names_alone(text: ReadText, service: Code) -> bool:
    """Whether the text is a name that ends in what is asked for: "sanatoriyaya göndəriş"."""
    last = text.found[-1]
    ends = last[0].end == len(text.words) and any(
        text.names(phrase.meaning) or phrase.meaning == Meaning("link", service) for phrase in last
    )
    return ends and len({word.clause for word in text.words}) == 1 < len(text.words)


def _asks(meaning: Meaning, service: Code) -> bool:
    return meaning.kind in ("request", "reported") and meaning.code in ("", service)


def _refusal(text: ReadText, free_text: FreeText) -> Code | None:
    named = list(text.named())
    asked = [phrase for phrase in named if phrase.meaning.kind != "mention"]
    found = [phrase.meaning for group in text.found for phrase in group]
    vetoes = [meaning.code for meaning in found if meaning.kind == "veto"]
    if any(word.cyrillic for word in text.words):
        return "other_script"
    if vetoes:
        return vetoes[0]
    if not named:
        return "no_service_named"
    if len({phrase.meaning.code for phrase in named}) > 1:
        return "several_services"
    if not asked or any(_only_mentions(text, group) for group in text.found):
        return "service_spoken_of"
    return "other_words" if _says_more(text, asked, free_text) else None


def _only_mentions(text: ReadText, group: Sequence[Found[Meaning]]) -> bool:
    kinds = {phrase.meaning.kind for phrase in group if text.names(phrase.meaning)}
    return kinds == {"mention"}


def _says_more(text: ReadText, asked: Sequence[Found[Meaning]], free_text: FreeText) -> bool:
    """Whether a word is neither of the service nor harmless where it stands."""
    if len(text.words) > _LONGEST:
        return True
    service, first = asked[0].meaning.code, min(phrase.start for phrase in asked)
    known: set[int] = {place for place, word in enumerate(text.words) if word.text.isdigit()}
    for group in text.found:
        if any(_harmless(text, phrase, service, first) for phrase in group):
            known.update(range(group[0].start, group[0].end))
    known |= background(text, service, text.words[first].clause, free_text.endings)
    unknown = sorted(set(range(len(text.words))) - known)
    return bool(unknown) and not qualifies(text, unknown, asked, free_text)


def _harmless(text: ReadText, phrase: Found[Meaning], service: Code, first: int) -> bool:
    meaning = phrase.meaning
    if meaning.kind in ("before", "purpose"):
        return phrase.start < first
    if meaning.kind in ("request", "link"):
        return meaning.code in ("", service)
    return meaning.kind in ("reported", "person", "join", "filler") or text.names(meaning)


_LONGEST = 60
"""A text of more words says more than that."""
