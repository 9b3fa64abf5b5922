"""What must hold of agencies, centres and officials, and of the escalation policy. Pure."""

from collections.abc import Iterator
from typing import get_args

from catalogue.connector_inheritance import check_inheritance
from catalogue.draft import Draft, check_districts, check_unique
from catalogue.model import Agency, Role
from catalogue.sources import Fault, Source
from catalogue.superiors import check_superior
from catalogue.terms import ABOVE_THE_AGENCIES, CENTRE
from schemas.passports import LOCAL_EXECUTIVE


def check_agencies(draft: Draft) -> Iterator[Fault]:
    """Every fault of the agencies."""
    yield from check_unique(draft.agencies, lambda agency: agency.id, "id", "agency")
    local = [(agency, source) for agency, source in draft.agencies if agency.district]
    yield from check_unique(
        local, lambda agency: str(agency.district), "district", "local agency of district"
    )
    by_id = {agency.id: agency for agency, _ in draft.agencies}
    for agency, source in draft.agencies:
        yield from _agency(agency, source)
        yield from check_inheritance(agency, source, by_id)
        yield from check_superior(agency, source, by_id, draft.agency_ids)
        yield from check_districts(draft, source, [agency.district] if agency.district else [], ("district",))
        yield from _notified(draft, agency, source)
    if draft.agencies and CENTRE not in draft.agency_ids:
        yield draft.agencies[0][1].fault(f"no agency {CENTRE!r}.", f"Add agencies/{CENTRE}.yaml.")


def check_centres(draft: Draft) -> Iterator[Fault]:
    """Every fault of the centres."""
    yield from check_unique(draft.centres, lambda centre: centre.code, "code", "centre")
    for centre, source in draft.centres:
        yield from check_districts(draft, source, centre.districts, ("districts",))


def check_officials(draft: Draft) -> Iterator[Fault]:
    """Every fault of the officials above the agencies."""
    yield from check_unique(draft.officials, lambda official: official.code, "code", "official")
    for official, source in draft.officials:
        if official.code not in ABOVE_THE_AGENCIES:
            known = ", ".join(ABOVE_THE_AGENCIES)
            yield source.fault(f"nobody is notified as {official.code!r}.", f"Known: {known}.", ("code",))
    present = {official.code for official, _ in draft.officials}
    missing = draft.notified_roles & set(ABOVE_THE_AGENCIES) - present
    for code in sorted(missing if draft.officials else ()):
        message = f"no {code!r}, whom the escalation policy notifies."
        yield Fault(draft.officials[0][1].file, 1, message, "Add it.")


def check_escalation_policy(draft: Draft) -> Iterator[Fault]:
    """Every fault of the escalation levels."""
    yield from check_unique(draft.levels, lambda level: level.code, "code", "level")
    before = (0.0, 0)
    known = (*get_args(Role), *ABOVE_THE_AGENCIES)
    for level, source in draft.levels:
        place = (level.fraction, level.working_days_after)
        if place <= before:
            field = "working_days_after" if level.fraction == before[0] else "fraction"
            least = before[field == "working_days_after"]
            yield source.fault("levels are reached in order.", f"Set more than {least}.", (field,))
        before = place
        for role in level.told:
            if role not in known:
                yield source.fault(f"nobody has the role {role!r}.", f"Known: {', '.join(known)}.", ("told",))


def _agency(agency: Agency, source: Source) -> Iterator[Fault]:
    if agency.id == LOCAL_EXECUTIVE:
        message = f"{agency.id!r} stands for any local agency."
        yield source.fault(message, "Choose another id.", ("id",))
    if (agency.kind == "local") != (agency.district is not None):
        message = "a local agency has a district, and no other agency has one."
        yield source.fault(message, "Correct kind or district.", ("district",))
    if (agency.kind == "centre") != (agency.id == CENTRE):
        message = f"the kind 'centre' and the id {CENTRE!r} belong together."
        yield source.fault(message, "Correct kind or id.", ("kind",))
    if agency.connector == {}:
        remedy = "Describe its system, or remove the section until it is connected."
        yield source.fault("the connector is empty.", remedy, ("connector",))
    if agency.id == CENTRE and agency.connected:
        yield source.fault("the centre has no connector: its staff works here.", "Remove it.", ("connector",))


def _notified(draft: Draft, agency: Agency, source: Source) -> Iterator[Fault]:
    """The agency has each role that the escalation policy notifies, and an address for it."""
    roles = draft.notified_roles
    for role in sorted(roles - set(agency.roles) - set(ABOVE_THE_AGENCIES)):
        message = f"no {role!r}, whom the escalation policy notifies."
        yield source.fault(message, f"Add {role!r} to roles.", ("roles",))
    for role in sorted(roles & set(agency.roles) - set(agency.contacts)):
        message = f"no address of {role!r}, whom the escalation policy notifies."
        yield source.fault(message, f"Add the e-mail address of {role!r} to contacts.", ("contacts",))
