"""What must hold between the items of a catalogue. Pure: a draft in, faults out."""

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from catalogue.agency_checks import (
    check_agencies,
    check_centres,
    check_escalation_policy,
    check_officials,
)
from catalogue.agreement_checks import check_agreement, check_general, check_text
from catalogue.answers import NOT_ELIGIBLE_FIELDS
from catalogue.calendars import CalendarSource
from catalogue.draft import Draft, check_districts, check_services, check_unique
from catalogue.free_text.checks import check_free_text, check_reads
from catalogue.message_checks import check_templates
from catalogue.passport_checks import check_passport
from catalogue.sources import Fault, Source
from schemas.clocks import ClockKind

_DEADLINE_WORDS = ("reminded", "escalated", "withdrawn", "of_case", *get_args(ClockKind))


def check(draft: Draft) -> Iterator[Fault]:
    """Every fault between the items of a draft."""
    yield from check_agencies(draft)
    yield from check_centres(draft)
    yield from check_officials(draft)
    yield from check_escalation_policy(draft)
    yield from _passports(draft)
    yield from _agreements(draft)
    yield from _vocabularies(draft)
    yield from _rules(draft)
    yield from check_reads(draft)
    yield from check_free_text(draft)
    yield from check_templates(draft)
    yield from _calendars(draft)


def _passports(draft: Draft) -> Iterator[Fault]:
    yield from check_unique(draft.passports, lambda passport: passport.code, "code", "passport")
    terms = draft.terms[0] if draft.terms else None
    vocabularies = draft.vocabularies[0] if draft.vocabularies else None
    for passport, source in draft.passports:
        yield from check_passport(passport, source, draft.agency_ids, vocabularies, terms)


def _agreements(draft: Draft) -> Iterator[Fault]:
    vocabularies = draft.vocabularies[0] if draft.vocabularies else None
    for file, source in draft.passport_files:
        yield from check_agreement(file, source, vocabularies)
    if draft.answers:
        yield from check_general(*draft.answers)


def _vocabularies(draft: Draft) -> Iterator[Fault]:
    if draft.vocabularies is None:
        return
    vocabularies, source = draft.vocabularies
    yield from check_text(vocabularies.not_eligible, source.at(("not_eligible",)), NOT_ELIGIBLE_FIELDS)
    for word in _DEADLINE_WORDS:
        if word not in vocabularies.deadlines:
            yield source.fault(f"deadlines: no word for {word!r}.", "Add it.", ("deadlines",))


def _rules(draft: Draft) -> Iterator[Fault]:
    yield from check_unique(draft.rules, lambda rule: rule.code, "code", "rule")
    if draft.routing and draft.routing[0].unconnected not in draft.agency_ids:
        routing, source = draft.routing
        yield source.fault(f"no agency {routing.unconnected!r}.", "Name the centre.", ("unconnected",))
    catch_all = None
    for rule, source in draft.rules:
        if catch_all:
            yield source.fault(f"never reached: {catch_all!r} fits every appeal.", "Move it up or remove it.")
        if not rule.when.model_dump(exclude_defaults=True):
            catch_all = rule.code
        yield from check_services(draft, source, rule.when.services, ("when", "services"))
        yield from check_districts(draft, source, rule.when.districts, ("when", "districts"))
        if isinstance(rule.then, tuple):
            yield from check_services(draft, source, rule.then, ("then",))
            if not rule.then:
                yield source.fault("leads nowhere.", "Name services, or write 'triage'.", ("then",))


def _calendars(draft: Draft) -> Iterator[Fault]:
    calendars = [*([draft.calendar] if draft.calendar else []), *draft.other_calendars]
    yield from check_unique(calendars, lambda calendar: calendar.code, "code", "calendar")
    for calendar, source in calendars:
        yield from _calendar(calendar, source)


def _calendar(calendar: CalendarSource, source: Source) -> Iterator[Fault]:
    if calendar.first_year > calendar.last_year:
        yield source.fault("the calendar ends before it begins.", "Correct its years.", ("last_year",))
    counted = Counter(override.date for override in calendar.overrides)
    for index, override in enumerate(calendar.overrides):
        at = ("overrides", index, "date")
        if not calendar.first_year <= override.date.year <= calendar.last_year:
            message = f"{override.date} is outside the calendar's years."
            yield source.fault(message, "Extend first_year or last_year.", at)
        if counted[override.date] > 1:
            yield source.fault(f"{override.date} is overridden twice.", "Keep one.", at)
