"""What an agency does beside the steps of passports: it reviews an answer, or carries out an instruction. Pure.

Either is a passport of its own with one step, under the code of the service that it is about.
"""

from collections.abc import Iterable
from typing import Literal

from catalogue.model import Catalogue
from catalogue.routing import Placed
from catalogue.superiors import superior_of
from catalogue.terms import CENTRE
from catalogue.versions import version_of
from schemas.frozen import AgencyId, Code
from schemas.passports import Passport, PassportStep, Text


def review(
    catalogue: Catalogue, service: Code, passports: Iterable[Passport], answered_by: AgencyId
) -> Placed:
    """The review, by the agency one up, of what `answered_by` answered; `passports` are what it had followed.

    Raises:
        PermanentError: `unknown_agency`.
    """
    agency, terms = superior_of(catalogue, answered_by), catalogue.terms
    return _placed(catalogue, "review", service, passports, agency, terms.review, terms.review_basis)


def instruction(
    catalogue: Catalogue, service: Code, passports: Iterable[Passport], agency: AgencyId, within: int
) -> Placed:
    """What the Commission tells `body` to do about a service, within so many working days (1 to 90).

    Raises:
        PermanentError: `unknown_agency`.
    """
    basis = catalogue.terms.instruction_basis
    return _placed(catalogue, "instruction", service, passports, catalogue.agency(agency).id, within, basis)


def _placed(
    catalogue: Catalogue,
    what: Literal["review", "instruction"],
    service: Code,
    passports: Iterable[Passport],
    agency: AgencyId,
    within: int,
    legal_basis: str,
) -> Placed:
    """One step `what`, of an agency that may see what the agencies of `passports` may.

    An agency that is not connected has its step done by the one that the catalogue names for it.
    """
    followed = tuple(passports)
    step = PassportStep(
        code=what,
        title=getattr(catalogue.vocabularies, what),
        agency=agency,
        acknowledge_within=min(catalogue.terms.take_on, within),
        resolve_within=within,
        disclose=_disclosed(followed),
    )
    passport = Passport(
        code=service,
        version="",
        title=_title(step.title, followed),
        categories=tuple(dict.fromkeys(code for one in followed for code in one.categories)),
        lead_agency=agency,
        statutory_term=catalogue.terms.statutory,
        legal_basis=legal_basis,
        steps=(step,),
        without_information="go_on",
    )
    passport = passport.model_copy(update={"version": version_of(passport)})
    doing = (
        agency if agency == CENTRE or catalogue.agency(agency).connected else catalogue.routing.unconnected
    )
    return Placed(passport, {step.code: doing})


def _disclosed(passports: Iterable[Passport]) -> tuple[str, ...]:
    """The fields that any step's agency may see, each once."""
    return tuple(dict.fromkeys(path for one in passports for step in one.steps for path in step.disclose))


def _title(word: Text, passports: tuple[Passport, ...]) -> Text:
    if not passports:
        return word
    service = passports[0].title
    return Text(az=f"{word.az}: {service.az}", en=f"{word.en}: {service.en}")
