"""What must hold of a passport: its codes are known, and its steps can end in the law's time. Pure."""

from collections.abc import Iterable, Iterator, Set
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import get_args

from pydantic import BaseModel

from catalogue.model import Vocabularies
from catalogue.sources import Fault, Location, Source
from catalogue.terms import CENTRE, Terms
from schemas.appeals import AppealContent
from schemas.passports import LOCAL_EXECUTIVE, Passport, PassportStep

RESERVED = frozenset({"triage"})
"""Codes that no service may have: triage is the centre's own step."""

FREE_FORM = "details."
"""Below `details`, an appeal holds the fields that only one service asks for, by name."""


@cache
def disclosable_fields(model: type[BaseModel] = AppealContent, prefix: str = "") -> frozenset[str]:
    """The dotted paths of an appeal's fields that a passport can disclose: single fields only."""
    paths: set[str] = set()
    for name, info in model.model_fields.items():
        inner = next(_models(info.annotation), None)
        if inner is not None:
            paths |= disclosable_fields(inner, f"{prefix}{name}.")
        elif name != FREE_FORM.rstrip("."):
            paths.add(prefix + name)
    return frozenset(paths)


def critical_path(steps: Iterable[PassportStep]) -> int:
    """The working days of the longest chain of steps, whose `after` must be known and without cycles.

    A term begins on the day after the one before it ended, so a chain takes the sum of its steps' terms.
    """
    by_code = {step.code: step for step in steps}
    ends: dict[str, int] = {}
    for code in TopologicalSorter({code: step.after for code, step in by_code.items()}).static_order():
        step = by_code[code]
        ends[code] = step.resolve_within + max((ends[before] for before in step.after), default=0)
    return max(ends.values())


def check_passport(
    passport: Passport,
    source: Source,
    agencies: Set[str],
    vocabularies: Vocabularies | None,
    terms: Terms | None,
) -> Iterator[Fault]:
    """Every fault of one passport."""
    if passport.code in RESERVED:
        yield source.fault(f"the code {passport.code!r} is reserved.", "Choose another.", ("code",))
    if vocabularies:
        yield from _words(source, "categories", passport.categories, vocabularies.categories)
        yield from _words(source, "documents", passport.documents, vocabularies.documents)
    for index, step in enumerate(passport.steps):
        yield from _step(step, source.at(("steps", index)), agencies)
    if passport.lead_agency not in {step.agency for step in passport.steps}:
        named = ", ".join(dict.fromkeys(step.agency for step in passport.steps))
        message = f"the lead agency {passport.lead_agency!r} does no step."
        yield source.fault(message, f"Name one of: {named}.", ("lead_agency",))
    yield from _order(passport, source)
    if terms and passport.statutory_term not in (terms.statutory, terms.study):
        message = f"a statutory term of {passport.statutory_term} working days is none of the law's."
        remedy = f"Take {terms.statutory} ({terms.statutory_basis}) or {terms.study} ({terms.study_basis})."
        yield source.fault(message, remedy, ("statutory_term",))


def _words(source: Source, field: str, words: Iterable[str], known: Iterable[str]) -> Iterator[Fault]:
    for index, word in enumerate(words):
        if word not in known:
            remedy = f"Add it to {field} in vocabularies.yaml, or correct it."
            yield source.fault(f"{field}: {word!r} is unknown.", remedy, (field, index))


def _step(step: PassportStep, source: Source, agencies: Set[str]) -> Iterator[Fault]:
    if step.agency == CENTRE:
        yield source.fault(
            "the centre does no step of a passport: it coordinates.", "Name another agency.", ("agency",)
        )
    elif step.agency not in agencies and step.agency != LOCAL_EXECUTIVE:
        known = ", ".join(sorted({*agencies, LOCAL_EXECUTIVE} - {CENTRE}))
        yield source.fault(f"no agency {step.agency!r}.", f"Known: {known}.", ("agency",))
    if step.acknowledge_within > step.resolve_within:
        message = (
            f"acknowledged within {step.acknowledge_within} days, but resolved within {step.resolve_within}."
        )
        yield source.fault(
            message, "Shorten acknowledge_within: resolve_within includes it.", ("acknowledge_within",)
        )
    fields = disclosable_fields()
    for index, path in enumerate(step.disclose):
        if path not in fields and not (path.startswith(FREE_FORM) and path != FREE_FORM):
            remedy = f"Known: {', '.join(sorted(fields))}, details.<name>."
            yield source.fault(f"an appeal has no field {path!r}.", remedy, ("disclose", index))


def _order(passport: Passport, source: Source) -> Iterator[Fault]:
    codes = [step.code for step in passport.steps]
    faults = [*_duplicates(codes, source), *_unknown(passport, source)]
    yield from faults
    if faults:
        return
    try:
        days = critical_path(passport.steps)
    except CycleError as error:
        circle = " after ".join(reversed(error.args[1]))
        at: Location = ("steps", codes.index(error.args[1][0]), "after")
        yield source.fault(f"the steps wait for each other: {circle}.", "Break the circle.", at)
        return
    if days > passport.statutory_term:
        message = (
            f"the steps take up to {days} working days, longer than the statutory term of "
            f"{passport.statutory_term} ({passport.legal_basis})."
        )
        yield source.fault(
            message, "Shorten resolve_within, or let steps run in parallel.", ("statutory_term",)
        )


def _duplicates(codes: list[str], source: Source) -> Iterator[Fault]:
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield source.fault(f"the step {code!r} is there twice.", "Rename one.", ("steps", index, "code"))


def _unknown(passport: Passport, source: Source) -> Iterator[Fault]:
    codes = {step.code for step in passport.steps}
    for index, step in enumerate(passport.steps):
        for position, before in enumerate(step.after):
            if before not in codes:
                remedy = f"Known: {', '.join(sorted(codes))}."
                at: Location = ("steps", index, "after", position)
                yield source.fault(
                    f"step {step.code!r} comes after {before!r}, which is no step.", remedy, at
                )


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part
