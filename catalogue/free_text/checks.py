"""What must hold in the words by which free text is read. Pure: a draft in, faults out."""

from collections.abc import Iterator

from catalogue.draft import Draft, check_services, check_unique
from catalogue.free_text.deciding import GROUNDS
from catalogue.free_text.model import FreeText, ServiceWords
from catalogue.free_text.phrases import ANY, patterns_of
from catalogue.free_text.suggestions import FEWEST
from catalogue.sources import Fault, Located, Location, Source

_SHORTEST_STEM = 3
"""Fewer letters with any ending begin too many words."""


_WORDS = ("requests", "reported", "verbs", "links", "before", "purposes", "people", "joins", "fillers")


def check_free_text(draft: Draft) -> Iterator[Fault]:
    """Faults of free_text.yaml, and of the rules that need it."""
    if draft.free_text is None:
        return
    free_text, source = draft.free_text
    services = [(words, source.at(("services", at))) for at, words in enumerate(free_text.services)]
    vetoes = [(veto, source.at(("vetoes", at))) for at, veto in enumerate(free_text.vetoes)]
    yield from check_unique(services, lambda words: words.service, "service", "service")
    yield from check_unique(vetoes, lambda veto: veto.code, "code", "veto")
    for words, place in services:
        yield from check_services(draft, place, (words.service,), ("service",))
        yield from check_services(draft, place, words.related, ("related",))
        yield from _related(words, place)
    for veto, place in vetoes:
        if veto.code in GROUNDS:
            yield place.fault(f"the code {veto.code!r} is reserved.", "Take another one.", ("code",))
    yield from _phrases(free_text, source)
    yield from _in_two_services(services)


def check_reads(draft: Draft) -> Iterator[Fault]:
    """A fault for each rule that reads text, where there are no words to read it by."""
    for rule, source in draft.rules:
        if rule.then == "as_read" and draft.without_free_text:
            remedy = "Add the file, or write 'triage'."
            yield source.fault("no words to read by: free_text.yaml is missing.", remedy, ("then",))


def _related(words: ServiceWords, place: Source) -> Iterator[Fault]:
    others = set(words.related) - {words.service}
    if len(others) < FEWEST - 1:
        message = f"{words.service!r} has fewer than {FEWEST - 1} related services."
        yield place.fault(message, f"Name others, so that {FEWEST} can be suggested.", ("related",))


def _phrases(free_text: FreeText, source: Source) -> Iterator[Fault]:
    for location, phrase in _located(free_text):
        for pattern in patterns_of(phrase):
            if not pattern.stem.isalnum():
                message = f"{phrase!r} has something that is no word."
                yield source.fault(message, "Write words, with a mark after them.", location)
            elif pattern.mark == ANY and len(pattern.stem) < _SHORTEST_STEM:
                message = f"{phrase!r}: {pattern.stem!r} with any ending begins too many words."
                yield source.fault(message, f"Write {_SHORTEST_STEM} letters or more.", location)


def _located(free_text: FreeText) -> Iterator[tuple[Location, str]]:
    for field in _WORDS:
        yield from (((field, at), phrase) for at, phrase in enumerate(getattr(free_text, field)))
    for number, veto in enumerate(free_text.vetoes):
        yield from ((("vetoes", number, "phrases", at), phrase) for at, phrase in enumerate(veto.phrases))
    for number, words in enumerate(free_text.services):
        for field in ("asks", "verbs", "links", "hints"):
            phrases = enumerate(getattr(words, field))
            yield from ((("services", number, field, at), phrase) for at, phrase in phrases)
        for shared, narrowed in enumerate(words.narrowed):
            for field in ("phrases", "by"):
                phrases = enumerate(getattr(narrowed, field))
                yield from (
                    (("services", number, "narrowed", shared, field, at), phrase) for at, phrase in phrases
                )


def _in_two_services(services: list[Located[ServiceWords]]) -> Iterator[Fault]:
    asked_by: dict[object, str] = {}
    for words, place in services:
        for at, phrase in enumerate(words.asks):
            other = asked_by.setdefault(patterns_of(phrase), words.service)
            if other != words.service:
                message = f"{phrase!r} asks for {other!r} too, so that it is never placed."
                yield place.fault(message, "Make it longer, or narrow it in both.", ("asks", at))
