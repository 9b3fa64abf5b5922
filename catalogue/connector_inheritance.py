"""An agency whose system is like another's names that agency, and has its connector. Pure.

`connector: {like: nasimi-executive}` in an agency's file: the interface is described once.
"""

from collections.abc import Iterable, Iterator, Mapping

from catalogue.model import Agency
from catalogue.sources import Fault, Source

LIKE = "like"


def check_inheritance(agency: Agency, source: Source, agencies: Mapping[str, Agency]) -> Iterator[Fault]:
    """Every fault of an agency's reference to another's connector."""
    described_by = _described_by(agency)
    if described_by is None:
        return
    at = ("connector", LIKE)
    if set(agency.connector or {}) != {LIKE}:
        message = "a connector that is like another's says nothing else."
        yield source.fault(message, "Remove either 'like' or the rest.", at)
    model = agencies.get(described_by)
    if model is None or not _describes_itself(model):
        described = sorted(other.id for other in agencies.values() if _describes_itself(other))
        remedy = f"Name one of: {', '.join(described)}."
        yield source.fault(f"the file of {described_by!r} does not describe its connector.", remedy, at)


def with_connectors(agencies: Iterable[Agency]) -> dict[str, Agency]:
    """The agencies by id, each with its own connector or the one that it refers to."""
    by_id = {agency.id: agency for agency in agencies}
    return {id_: _with_connector(agency, by_id) for id_, agency in by_id.items()}


def _described_by(agency: Agency) -> str | None:
    """The id of the agency whose connector this one has; None if its own file describes it."""
    reference = (agency.connector or {}).get(LIKE)
    return None if reference is None else str(reference)


def _describes_itself(agency: Agency) -> bool:
    return bool(agency.connector) and _described_by(agency) is None


def _with_connector(agency: Agency, by_id: Mapping[str, Agency]) -> Agency:
    described_by = _described_by(agency)
    if described_by is None:
        return agency
    return agency.model_copy(update={"connector": by_id[described_by].connector})
