"""Which agency is one up from another, and reviews its answers. Pure.

An agency's file names it (`superior: mlspp`). Where it names none, that is the centre, for the Commission.
"""

from collections.abc import Iterator, Mapping, Set

from catalogue.model import Agency, Catalogue
from catalogue.sources import Fault, Source
from catalogue.terms import CENTRE
from schemas.frozen import AgencyId

_AT = ("superior",)


def superior_of(catalogue: Catalogue, agency_id: AgencyId) -> AgencyId:
    """The agency that reviews the answers of `agency_id`.

    Raises:
        PermanentError: `unknown_agency`.
    """
    return catalogue.agency(agency_id).superior or CENTRE


def check_superior(
    agency: Agency, source: Source, agencies: Mapping[str, Agency], known: Set[str]
) -> Iterator[Fault]:
    """Every fault of an agency's superior; `known` are the ids of all agencies, faulty ones included."""
    if agency.superior is None:
        return
    if agency.id == CENTRE:
        yield source.fault("the centre has no superior: it acts for the Commission.", "Remove it.", _AT)
    elif agency.superior not in known:
        remedy = f"Known: {', '.join(sorted(known))}."
        yield source.fault(f"no agency {agency.superior!r}.", remedy, _AT)
    elif circle := _circle(agency, agencies):
        yield source.fault(f"the superiors form a circle: {circle}.", "Break the circle.", _AT)


def _circle(agency: Agency, agencies: Mapping[str, Agency]) -> str:
    """The chain of superiors from an agency up to itself, as text; empty if it ends elsewhere."""
    chain, above = [agency.id], agency.superior
    while above is not None and above in agencies and above not in chain:
        chain.append(above)
        above = agencies[above].superior
    return " below ".join([*chain, agency.id]) if above == agency.id else ""
