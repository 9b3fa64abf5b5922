"""What must hold between the entries of a catalogue. Pure: entries with their places in, faults out."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, get_args

from pydantic import BaseModel

from catalogue.agreement_checks import check_agreement, check_general, check_text
from catalogue.agreements import GeneralAnswers, PassportFile
from catalogue.answers import NOT_ELIGIBLE_FIELDS
from catalogue.calendars import CalendarSource
from catalogue.connector_inheritance import check_likeness
from catalogue.messages import FIELDS
from catalogue.model import (
    Agency,
    Centre,
    MessageTemplate,
    NoticeEvent,
    Official,
    Role,
    Routing,
    RoutingRule,
    Vocabularies,
)
from catalogue.passport_checks import check_passport
from catalogue.sources import Fault, Source
from catalogue.superiors import check_superior
from catalogue.terms import ABOVE_THE_AGENCIES, CENTRE, EscalationLevel, Terms
from schemas.appeals import NoticeChannel
from schemas.clocks import ClockKind
from schemas.passports import LOCAL_EXECUTIVE, Passport

Entry = TypeVar("Entry", bound=BaseModel)
Placed = tuple[Entry, Source]

_MESSAGES = [
    *((event, channel) for event in get_args(NoticeEvent) for channel in get_args(NoticeChannel)),
    ("deadline", "email"),
]
_DEADLINE_WORDS = ("reminded", "escalated", "of_case", *get_args(ClockKind))


@dataclass
class Draft:
    """The entries as read, each with its place. `None` stands for what could not be read.

    `agency_ids` and `services` also hold those of entries that are faulty themselves; `files` are those of
    the passports, with what stays in the catalogue.
    """

    agencies: list[Placed[Agency]] = field(default_factory=list)
    centres: list[Placed[Centre]] = field(default_factory=list)
    officials: list[Placed[Official]] = field(default_factory=list)
    passports: list[Placed[Passport]] = field(default_factory=list)
    files: list[Placed[PassportFile]] = field(default_factory=list)
    answers: Placed[GeneralAnswers] | None = None
    levels: list[Placed[EscalationLevel]] = field(default_factory=list)
    rules: list[Placed[RoutingRule]] = field(default_factory=list)
    templates: list[Placed[MessageTemplate]] = field(default_factory=list)
    routing: Placed[Routing] | None = None
    terms: Placed[Terms] | None = None
    calendar: Placed[CalendarSource] | None = None
    other_calendars: list[Placed[CalendarSource]] = field(default_factory=list)
    vocabularies: Placed[Vocabularies] | None = None
    agency_ids: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)


def check(draft: Draft) -> Iterator[Fault]:
    """Every fault between the entries of a draft."""
    yield from _agencies(draft)
    yield from _centres(draft)
    yield from _officials(draft)
    yield from _passports(draft)
    yield from _agreements(draft)
    yield from _escalation_policy(draft.levels)
    yield from _rules(draft)
    yield from _templates(draft.templates)
    yield from _calendar(draft)


def _agencies(draft: Draft) -> Iterator[Fault]:
    yield from _twice(draft.agencies, lambda agency: agency.id, "id", "agency")
    local = [(agency, source) for agency, source in draft.agencies if agency.district]
    yield from _twice(local, lambda agency: str(agency.district), "district", "local agency of district")
    by_id = {agency.id: agency for agency, _ in draft.agencies}
    for agency, source in draft.agencies:
        yield from _agency(agency, source)
        yield from check_likeness(agency, source, by_id)
        yield from check_superior(agency, source, by_id, draft.agency_ids)
        yield from _districts(draft, source, [agency.district] if agency.district else [], ("district",))
        for role in sorted(_roles(draft.levels) - set(agency.roles) - set(ABOVE_THE_AGENCIES)):
            yield source.fault(
                f"no {role!r}, whom the escalation policy tells.", f"Add {role!r} to roles.", ("roles",)
            )
        for role in sorted(_roles(draft.levels) & set(agency.roles) - set(agency.contacts)):
            remedy = f"Add the e-mail address of {role!r} to contacts."
            yield source.fault(
                f"no address of {role!r}, whom the escalation policy tells.", remedy, ("contacts",)
            )
    if draft.agencies and CENTRE not in draft.agency_ids:
        yield draft.agencies[0][1].fault(f"no agency {CENTRE!r}.", f"Add agencies/{CENTRE}.yaml.")


def _agency(agency: Agency, source: Source) -> Iterator[Fault]:
    if agency.id == LOCAL_EXECUTIVE:
        yield source.fault(f"{agency.id!r} stands for any local agency.", "Give the agency an id.", ("id",))
    if (agency.kind == "local") != (agency.district is not None):
        yield source.fault("a local agency has a district, and only a local agency.", "", ("district",))
    if (agency.kind == "centre") != (agency.id == CENTRE):
        yield source.fault(f"the kind 'centre' and the id {CENTRE!r} belong together.", "", ("kind",))
    if agency.connector == {}:
        remedy = "Describe its system, or remove the section until it is connected."
        yield source.fault("the connector is empty.", remedy, ("connector",))
    if agency.id == CENTRE and agency.connected:
        yield source.fault("the centre works here and has no connector.", "Remove it.", ("connector",))


def _centres(draft: Draft) -> Iterator[Fault]:
    yield from _twice(draft.centres, lambda centre: centre.code, "code", "centre")
    for centre, source in draft.centres:
        yield from _districts(draft, source, centre.districts, ("districts",))


def _officials(draft: Draft) -> Iterator[Fault]:
    yield from _twice(draft.officials, lambda official: official.code, "code", "official")
    told = _roles(draft.levels) & set(ABOVE_THE_AGENCIES)
    present = {official.code for official, _ in draft.officials}
    for official, source in draft.officials:
        if official.code not in ABOVE_THE_AGENCIES:
            remedy = f"Known: {', '.join(ABOVE_THE_AGENCIES)}."
            yield source.fault(f"nobody is told as {official.code!r}.", remedy, ("code",))
    for code in sorted(told - present):
        if draft.officials:
            yield Fault(
                draft.officials[0][1].file, 1, f"no {code!r}, whom the escalation policy tells.", "Add it."
            )


def _passports(draft: Draft) -> Iterator[Fault]:
    yield from _twice(draft.passports, lambda passport: passport.code, "code", "passport")
    terms = draft.terms[0] if draft.terms else None
    vocabularies = draft.vocabularies[0] if draft.vocabularies else None
    for passport, source in draft.passports:
        yield from check_passport(passport, source, draft.agency_ids, vocabularies, terms)


def _agreements(draft: Draft) -> Iterator[Fault]:
    vocabularies = draft.vocabularies[0] if draft.vocabularies else None
    for file, source in draft.files:
        yield from check_agreement(file, source, vocabularies)
    if draft.answers:
        yield from check_general(*draft.answers)
    if draft.vocabularies:
        entry, source = draft.vocabularies
        yield from check_text(entry.not_eligible, source.at(("not_eligible",)), NOT_ELIGIBLE_FIELDS)
        for word in _DEADLINE_WORDS:
            if word not in entry.deadlines:
                yield source.fault(f"deadlines: no word for {word!r}.", "Add it.", ("deadlines",))


def _escalation_policy(levels: Sequence[Placed[EscalationLevel]]) -> Iterator[Fault]:
    yield from _twice(levels, lambda level: level.code, "code", "level")
    before = (0.0, 0)
    known = (*get_args(Role), *ABOVE_THE_AGENCIES)
    for level, source in levels:
        place = (level.fraction, level.working_days_after)
        if place <= before:
            field = "working_days_after" if level.fraction == before[0] else "fraction"
            least = before[field == "working_days_after"]
            yield source.fault("levels are reached in order.", f"Set more than {least}.", (field,))
        before = place
        for role in level.told:
            if role not in known:
                yield source.fault(f"nobody has the role {role!r}.", f"Known: {', '.join(known)}.", ("told",))


def _rules(draft: Draft) -> Iterator[Fault]:
    yield from _twice(draft.rules, lambda rule: rule.code, "code", "rule")
    if draft.routing and draft.routing[0].unconnected not in draft.agency_ids:
        routing, source = draft.routing
        yield source.fault(f"no agency {routing.unconnected!r}.", "Name the centre.", ("unconnected",))
    closed = None
    for rule, source in draft.rules:
        if closed:
            yield source.fault(f"never reached: {closed!r} fits every appeal.", "Move it up or remove it.")
        if not rule.when.model_dump(exclude_defaults=True):
            closed = rule.code
        yield from _services(draft, source, rule.when.services, ("when", "services"))
        yield from _districts(draft, source, rule.when.districts, ("when", "districts"))
        if isinstance(rule.then, tuple):
            yield from _services(draft, source, rule.then, ("then",))
            if not rule.then:
                yield source.fault("leads nowhere.", "Name services, or write 'triage'.", ("then",))


def _templates(templates: Sequence[Placed[MessageTemplate]]) -> Iterator[Fault]:
    yield from _twice(templates, _message, "channel", "template")
    for template, source in templates:
        if (template.channel == "email") != (template.subject is not None):
            yield source.fault("an e-mail has a subject, and only an e-mail.", "", ("subject",))
        for part in ("subject", "body"):
            text = getattr(template, part)
            if text is not None:
                yield from check_text(text, source.at((part,)), FIELDS[template.event], part)
    present = {_message(template) for template, _ in templates}
    for event, channel in _MESSAGES:
        if templates and f"{event} by {channel}" not in present:
            yield Fault(templates[0][1].file, 1, f"no template for {event} by {channel}.", "Add it.")


def _message(template: MessageTemplate) -> str:
    return f"{template.event} by {template.channel}"


def _calendar(draft: Draft) -> Iterator[Fault]:
    calendars = [*([draft.calendar] if draft.calendar else []), *draft.other_calendars]
    yield from _twice(calendars, lambda calendar: calendar.code, "code", "calendar")
    for calendar, source in calendars:
        yield from _days_of(calendar, source)


def _days_of(calendar: CalendarSource, source: Source) -> Iterator[Fault]:
    if calendar.first_year > calendar.last_year:
        yield source.fault("the calendar ends before it begins.", "", ("last_year",))
    counted = Counter(override.date for override in calendar.overrides)
    for index, override in enumerate(calendar.overrides):
        at = ("overrides", index, "date")
        if not calendar.first_year <= override.date.year <= calendar.last_year:
            yield source.fault(f"{override.date} is outside the calendar's years.", "Extend them.", at)
        if counted[override.date] > 1:
            yield source.fault(f"{override.date} is overridden twice.", "Keep one.", at)


def _roles(levels: Sequence[Placed[EscalationLevel]]) -> set[str]:
    return {role for level, _ in levels for role in level.told}


def _services(draft: Draft, source: Source, codes: Iterable[str], at: tuple[str, ...]) -> Iterator[Fault]:
    for index, code in enumerate(codes):
        if code not in draft.services:
            known = ", ".join(sorted(draft.services))
            yield source.fault(f"no service {code!r}.", f"Known: {known}.", (*at, index))


def _districts(draft: Draft, source: Source, codes: Sequence[str], at: tuple[str, ...]) -> Iterator[Fault]:
    if draft.vocabularies is None:
        return
    for index, code in enumerate(codes):
        if code not in draft.vocabularies[0].districts:
            remedy = "Add it to districts in vocabularies.yaml, or correct it."
            yield source.fault(f"no district {code!r}.", remedy, (*at, index))


def _twice(
    entries: Iterable[Placed[Entry]], name: Callable[[Entry], str], at: str, what: str
) -> Iterator[Fault]:
    first: dict[str, Source] = {}
    for entry, source in entries:
        key = name(entry)
        if key in first:
            there = first[key].fault("", "", (at,))
            remedy = f"The other is at {there.file}:{there.line}; keep one."
            yield source.fault(f"{what} {key!r} is there twice.", remedy, (at,))
        first.setdefault(key, source)
