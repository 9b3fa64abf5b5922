"""The services that a free text may ask for, the likeliest first. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache

from catalogue.free_text.corrections import Corrections
from catalogue.free_text.model import FreeText
from catalogue.free_text.phrases import Found, patterns_of
from catalogue.free_text.reading import Meaning, ReadText, reader_of
from schemas.frozen import Code

FEWEST, MOST = 3, 5
"""How many services are suggested, where the text has a word of any."""

_WEIGHTS = {"ask": 4.0, "mention": 3.0, "shared": 1.5, "hint": 1.0}
_NARROWED = 4.0
_REQUESTED = 2.0
"""A service that is named in a clause of request counts so many times."""
_CORRECTED = 0.5
"""A service that is named by a word put right counts so many times."""
_WEAKENED = 0.2
"""A service that is named in a clause of denial counts so many times."""


def suggestions_of(text: ReadText, free_text: FreeText) -> tuple[Code, ...]:
    """The services of which the text has words, in order; words with one wrong letter count too.

    A phrase that several services share counts less for each. Where there are fewer than three, related
    services follow.
    """
    known = {place for group in text.found for place in range(group[0].start, group[0].end)}
    unknown = set(range(len(text.words))) - known
    corrected = _corrections_of(free_text).corrected(text.words, unknown)
    changed = {place for place in unknown if corrected[place] != text.words[place]}
    weights = _weights(reader_of(free_text).read(corrected), changed, free_text)
    order = {words.service: place for place, words in enumerate(free_text.services)}
    ranked = sorted(weights, key=lambda service: (-weights[service], order[service]))
    likely = ranked[:MOST]
    return tuple(dict.fromkeys((*likely, *_related(likely, free_text))))[: max(FEWEST, len(likely))]


def _related(ranked: list[Code], free_text: FreeText) -> Iterator[Code]:
    related = {words.service: words.related for words in free_text.services}
    return (other for service in ranked for other in related[service])


def _weights(text: ReadText, changed: set[int], free_text: FreeText) -> dict[Code, float]:
    weakening = {veto.code for veto in free_text.vetoes if veto.weakens}
    requested = _clauses(text, lambda meaning: meaning.kind == "request")
    weakened = _clauses(text, lambda meaning: meaning.kind == "veto" and meaning.code in weakening)
    total: dict[Code, float] = defaultdict(float)
    for group in text.found:
        best = _best(text, group)
        clause = text.words[group[0].start].clause
        factor = (_REQUESTED if clause in requested else 1.0) * (_WEAKENED if clause in weakened else 1.0)
        if not changed.isdisjoint(range(group[0].start, group[0].end)):
            factor *= _CORRECTED
        for service, weight in best.items():
            total[service] += factor * weight / len(best)
    return dict(total)


def _best(text: ReadText, group: tuple[Found[Meaning], ...]) -> dict[Code, float]:
    """The weight that the phrases at one place have for each service."""
    best: dict[Code, float] = {}
    for _, _, meaning in group:
        if meaning.kind in _WEIGHTS:
            narrowed = meaning.kind == "shared" and text.names(meaning)
            weight = _NARROWED if narrowed else _WEIGHTS[meaning.kind]
            best[meaning.code] = max(weight, best.get(meaning.code, 0.0))
    return best


def _clauses(text: ReadText, fits: Callable[[Meaning], bool]) -> set[int]:
    return {
        text.words[phrase.start].clause for group in text.found for phrase in group if fits(phrase.meaning)
    }


@lru_cache(maxsize=8)
def _corrections_of(free_text: FreeText) -> Corrections:
    phrases = [phrase for words in free_text.services for phrase in (*words.asks, *words.hints)]
    phrases += [
        phrase
        for words in free_text.services
        for shared in words.narrowed
        for phrase in (*shared.phrases, *shared.by)
    ]
    phrases += free_text.requests
    return Corrections({pattern.stem for phrase in phrases for pattern in patterns_of(phrase)})
