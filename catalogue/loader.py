"""Reads a catalogue from its folder, checks all of it, and computes its versions.

A folder holds agencies/*.yaml and passports/*.yaml (one item a file), calendars/*.yaml, answers.yaml,
centres.yaml, officials.yaml, escalation_policy.yaml, routing.yaml, terms.yaml, messages.yaml and
vocabularies.yaml; and free_text.yaml, where free text is to be read.
"""

from pathlib import Path
from typing import Any

from catalogue.agreements import GeneralAnswers, PassportFile
from catalogue.calendars import CalendarSource, compile_calendar
from catalogue.checks import check
from catalogue.connector_inheritance import with_connectors
from catalogue.draft import Draft
from catalogue.free_text.model import FreeText
from catalogue.model import (
    Agency,
    Catalogue,
    Centre,
    MessageTemplate,
    Official,
    Routing,
    RoutingRule,
    Vocabularies,
)
from catalogue.sources import CatalogueError, Fault, Located, Reader
from catalogue.terms import EscalationLevel, Terms
from catalogue.versions import version_of
from schemas.passports import Passport

PACKAGED = Path(__file__).parent / "data"
"""The folder of the catalogue that comes with the code."""


def load(path: Path | None = None) -> Catalogue:
    """The catalogue in the folder `path`, or the packaged one.

    Raises:
        CatalogueError: it has faults; each with its file and line.
    """
    folder = path or PACKAGED
    if not folder.is_dir():
        raise CatalogueError([Fault(str(folder), 1, "no such folder.", "Name the folder of a catalogue.")])
    reader = Reader(folder)
    draft = _read(reader)
    faults = [*reader.faults, *check(draft)]
    if faults:
        raise CatalogueError(faults)
    return _compose(draft)


def _read(reader: Reader) -> Draft:
    folder = reader.folder
    agencies = reader.read_all(Agency, folder / "agencies")
    passports = reader.read_all(PassportFile, folder / "passports")
    return Draft(
        agencies=agencies,
        centres=reader.read_list(Centre, folder / "centres.yaml"),
        officials=reader.read_list(Official, folder / "officials.yaml"),
        passports=[(_versioned(passport), source) for passport, source in passports],
        passport_files=passports,
        answers=reader.read(GeneralAnswers, folder / "answers.yaml"),
        levels=reader.read_list(EscalationLevel, folder / "escalation_policy.yaml"),
        routing=(routing := reader.read(Routing, folder / "routing.yaml")),
        rules=_rules(routing),
        free_text=reader.read(FreeText, words) if (words := folder / "free_text.yaml").exists() else None,
        without_free_text=not words.exists(),
        templates=reader.read_list(MessageTemplate, folder / "messages.yaml"),
        terms=reader.read(Terms, folder / "terms.yaml"),
        calendar=reader.read(CalendarSource, folder / "calendars" / "az.yaml"),
        other_calendars=[
            found
            for path in sorted((folder / "calendars").glob("*.yaml"))
            if path.name != "az.yaml" and (found := reader.read(CalendarSource, path))
        ],
        vocabularies=reader.read(Vocabularies, folder / "vocabularies.yaml"),
        agency_ids={agency.id for agency, _ in agencies} | reader.broken_names("id"),
        services={passport.code for passport, _ in passports} | reader.broken_names("code"),
    )


def _rules(found: Located[Routing] | None) -> list[Located[RoutingRule]]:
    if found is None:
        return []
    routing, source = found
    return [(rule, source.at(("rules", index))) for index, rule in enumerate(routing.rules)]


def _versioned(file: PassportFile) -> Passport:
    """The passport alone: the rest of its file changes no version to which cases are pinned."""
    passport = Passport.model_validate(file.model_dump())
    return passport.model_copy(update={"version": version_of(passport)})


def _compose(draft: Draft) -> Catalogue:
    assert draft.routing and draft.terms and draft.calendar  # otherwise there were faults
    assert draft.vocabularies and draft.answers
    general = draft.answers[0]
    parts: dict[str, Any] = {
        "agencies": with_connectors(agency for agency, _ in draft.agencies),
        "centres": tuple(centre for centre, _ in draft.centres),
        "officials": {official.code: official for official, _ in draft.officials},
        "passports": {passport.code: passport for passport, _ in draft.passports},
        "general_answers": general,
        "agreements": {file.code: file.agreement(general) for file, _ in draft.passport_files},
        "calendar": compile_calendar(draft.calendar[0]),
        "other_calendars": {source.code: compile_calendar(source) for source, _ in draft.other_calendars},
        "escalation_policy": tuple(level for level, _ in draft.levels),
        "terms": draft.terms[0],
        "routing": draft.routing[0],
        "free_text": draft.free_text[0] if draft.free_text else FreeText(),
        "templates": tuple(template for template, _ in draft.templates),
        "vocabularies": draft.vocabularies[0],
    }
    catalogue = Catalogue(version="", **parts)
    return catalogue.model_copy(update={"version": version_of(catalogue)})
