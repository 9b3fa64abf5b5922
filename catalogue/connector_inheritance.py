"""An agency whose system is like another's names that one, and has its connector. Pure.

`connector: {like: nasimi-executive}` in an agency's file: the interface is written down once.
"""

from collections.abc import Iterable, Iterator, Mapping

from catalogue.model import Agency
from catalogue.sources import Fault, Source

LIKE = "like"


def model_of(agency: Agency) -> str | None:
    """The id of the agency whose system is like this one's; None where it is described itself."""
    named = (agency.connector or {}).get(LIKE)
    return None if named is None else str(named)


def check_likeness(agency: Agency, source: Source, agencies: Mapping[str, Agency]) -> Iterator[Fault]:
    """Every fault of what an agency says about whose system its own is like."""
    named = model_of(agency)
    if named is None:
        return
    at = ("connector", LIKE)
    if set(agency.connector or {}) != {LIKE}:
        yield source.fault("a connector that is like another's says nothing else.", "Keep one of both.", at)
    model = agencies.get(named)
    if model is None or not model.connector or model_of(model) is not None:
        described = sorted(one.id for one in agencies.values() if one.connector and model_of(one) is None)
        remedy = f"Name one of: {', '.join(described)}."
        yield source.fault(f"the system of {named!r} is not described itself.", remedy, at)


def resolved(agencies: Iterable[Agency]) -> dict[str, Agency]:
    """The agencies by id, each with the connector that it has or is like."""
    by_id = {agency.id: agency for agency in agencies}
    return {id_: _resolved(agency, by_id) for id_, agency in by_id.items()}


def _resolved(agency: Agency, by_id: Mapping[str, Agency]) -> Agency:
    named = model_of(agency)
    return agency if named is None else agency.model_copy(update={"connector": by_id[named].connector})
