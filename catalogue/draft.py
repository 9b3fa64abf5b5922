"""A catalogue as it was read, before it is checked, and what the checks share. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from catalogue.agreements import GeneralAnswers, PassportFile
from catalogue.calendars import CalendarSource
from catalogue.free_text.model import FreeText
from catalogue.model import (
    Agency,
    Centre,
    MessageTemplate,
    Official,
    Routing,
    RoutingRule,
    Vocabularies,
)
from catalogue.sources import Fault, Item, Located, Source
from catalogue.terms import EscalationLevel, Terms
from schemas.passports import Passport


@dataclass
class Draft:
    """The items as read, each with its place; None stands for what could not be read.

    `passport_files` hold the passports, and what stays in the catalogue. `agency_ids` and `services` include
    those of faulty items: other items may refer to them. `without_free_text`: the folder has no such file.
    """

    agencies: list[Located[Agency]] = field(default_factory=list)
    centres: list[Located[Centre]] = field(default_factory=list)
    officials: list[Located[Official]] = field(default_factory=list)
    passports: list[Located[Passport]] = field(default_factory=list)
    passport_files: list[Located[PassportFile]] = field(default_factory=list)
    answers: Located[GeneralAnswers] | None = None
    levels: list[Located[EscalationLevel]] = field(default_factory=list)
    rules: list[Located[RoutingRule]] = field(default_factory=list)
    templates: list[Located[MessageTemplate]] = field(default_factory=list)
    routing: Located[Routing] | None = None
    free_text: Located[FreeText] | None = None
    without_free_text: bool = False
    terms: Located[Terms] | None = None
    calendar: Located[CalendarSource] | None = None
    other_calendars: list[Located[CalendarSource]] = field(default_factory=list)
    vocabularies: Located[Vocabularies] | None = None
    agency_ids: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)

    @property
    def notified_roles(self) -> set[str]:
        """The roles that the escalation policy notifies."""
        return {role for level, _ in self.levels for role in level.told}


def check_unique(
    items: Iterable[Located[Item]], name: Callable[[Item], str], at: str, kind: str
) -> Iterator[Fault]:
    """A fault for each item with the name of an earlier one; `at` is the field that names it."""
    first: dict[str, Source] = {}
    for item, source in items:
        key = name(item)
        if key in first:
            other = first[key].fault("", "", (at,))
            remedy = f"The other is at {other.file}:{other.line}; keep one."
            yield source.fault(f"{kind} {key!r} is there twice.", remedy, (at,))
        first.setdefault(key, source)


def check_services(
    draft: Draft, source: Source, codes: Iterable[str], at: tuple[str, ...]
) -> Iterator[Fault]:
    """A fault for each code at `at` that is no service."""
    for index, code in enumerate(codes):
        if code not in draft.services:
            known = ", ".join(sorted(draft.services))
            yield source.fault(f"no service {code!r}.", f"Known: {known}.", (*at, index))


def check_districts(
    draft: Draft, source: Source, codes: Iterable[str], at: tuple[str, ...]
) -> Iterator[Fault]:
    """A fault for each code at `at` that is no district."""
    if draft.vocabularies is None:
        return
    for index, code in enumerate(codes):
        if code not in draft.vocabularies[0].districts:
            remedy = "Add it to districts in vocabularies.yaml, or correct it."
            yield source.fault(f"no district {code!r}.", remedy, (*at, index))
