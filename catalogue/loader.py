"""Reads a catalogue from its folder, checks it whole, and gives it its versions.

A folder holds agencies/*.yaml and passports/*.yaml (one entry a file), calendars/az.yaml, centres.yaml,
ladder.yaml, routing.yaml, terms.yaml, messages.yaml and vocabularies.yaml.
"""

from pathlib import Path
from typing import Any

from pydantic import Field

from catalogue.calendars import CalendarSource, compile_calendar
from catalogue.checks import Draft, check
from catalogue.model import (
    Agency,
    Catalogue,
    Centre,
    MessageTemplate,
    Routing,
    RoutingRule,
    Vocabularies,
)
from catalogue.sources import CatalogueError, Fault, Reader, Source
from catalogue.terms import LadderRung, Terms
from catalogue.versions import version_of
from schemas.passports import Passport

PACKAGED = Path(__file__).parent / "data"
"""The catalogue that comes with Vahid."""


class _PassportFile(Passport):
    version: str = Field(default="", max_length=0)


def load(path: Path | None = None) -> Catalogue:
    """The catalogue in the folder `path`, or the packaged one.

    Raises:
        CatalogueError: every fault that was found, each with its file and line.
    """
    folder = path or PACKAGED
    if not folder.is_dir():
        raise CatalogueError([Fault(str(folder), 1, "no such folder.", "Name the catalogue's folder.")])
    reader = Reader(folder)
    draft = _read(reader)
    faults = [*reader.faults, *check(draft)]
    if faults:
        raise CatalogueError(faults)
    return _compose(draft)


def _read(reader: Reader) -> Draft:
    folder = reader.folder
    agencies = reader.read_all(Agency, folder / "agencies")
    passports = reader.read_all(_PassportFile, folder / "passports")
    return Draft(
        agencies=agencies,
        centres=reader.read_list(Centre, folder / "centres.yaml"),
        passports=[(_versioned(passport), source) for passport, source in passports],
        rungs=reader.read_list(LadderRung, folder / "ladder.yaml"),
        routing=(routing := reader.read(Routing, folder / "routing.yaml")),
        rules=_rules(routing),
        templates=reader.read_list(MessageTemplate, folder / "messages.yaml"),
        terms=reader.read(Terms, folder / "terms.yaml"),
        calendar=reader.read(CalendarSource, folder / "calendars" / "az.yaml"),
        vocabularies=reader.read(Vocabularies, folder / "vocabularies.yaml"),
        agency_ids={agency.id for agency, _ in agencies} | reader.broken_names("id"),
        services={passport.code for passport, _ in passports} | reader.broken_names("code"),
    )


def _rules(routing: tuple[Routing, Source] | None) -> list[tuple[RoutingRule, Source]]:
    if routing is None:
        return []
    entry, source = routing
    return [(rule, source.at(("rules", index))) for index, rule in enumerate(entry.rules)]


def _versioned(passport: Passport) -> Passport:
    return Passport.model_validate({**passport.model_dump(), "version": version_of(passport)})


def _compose(draft: Draft) -> Catalogue:
    assert draft.routing and draft.terms and draft.calendar and draft.vocabularies  # else there were faults
    parts: dict[str, Any] = {
        "agencies": {agency.id: agency for agency, _ in draft.agencies},
        "centres": tuple(centre for centre, _ in draft.centres),
        "passports": {passport.code: passport for passport, _ in draft.passports},
        "calendar": compile_calendar(draft.calendar[0]),
        "ladder": tuple(rung for rung, _ in draft.rungs),
        "terms": draft.terms[0],
        "routing": draft.routing[0],
        "templates": tuple(template for template, _ in draft.templates),
        "vocabularies": draft.vocabularies[0],
    }
    catalogue = Catalogue(version="", **parts)
    return catalogue.model_copy(update={"version": version_of(catalogue)})
