"""Steps outside the passports: the review of an answer, and an instruction of the Commission. Pure.

Each is a passport of its own with one step, under the code of the service concerned.
"""

from collections.abc import Iterable
from typing import Literal

from catalogue.model import Catalogue
from catalogue.routing import AssignedPassport
from catalogue.superiors import superior_of
from catalogue.terms import CENTRE
from catalogue.versions import version_of
from schemas.frozen import AgencyId, Code
from schemas.passports import Passport, PassportStep, Text


def review(
    catalogue: Catalogue, service: Code, passports: Iterable[Passport], answered_by: AgencyId
) -> AssignedPassport:
    """The review, by the agency one up, of an answer by `answered_by`, which followed `passports`.

    Raises:
        PermanentError: `unknown_agency`.
    """
    agency, terms = superior_of(catalogue, answered_by), catalogue.terms
    return _one_step(catalogue, "review", service, passports, agency, terms.review, terms.review_basis)


def instruction(
    catalogue: Catalogue, service: Code, passports: Iterable[Passport], agency: AgencyId, within: int
) -> AssignedPassport:
    """What the Commission instructs `agency` to do about a service, `within` working days (1 to 90).

    Raises:
        PermanentError: `unknown_agency`.
    """
    basis = catalogue.terms.instruction_basis
    return _one_step(catalogue, "instruction", service, passports, catalogue.agency(agency).id, within, basis)


def _one_step(
    catalogue: Catalogue,
    kind: Literal["review", "instruction"],
    service: Code,
    passports: Iterable[Passport],
    agency: AgencyId,
    within: int,
    legal_basis: str,
) -> AssignedPassport:
    """One step of an agency, which may see the same fields as the agencies of `passports`.

    If the agency is not connected, the agency that the catalogue names for such steps does it.
    """
    followed = tuple(passports)
    step = PassportStep(
        code=kind,
        title=getattr(catalogue.vocabularies, kind),
        agency=agency,
        acknowledge_within=min(catalogue.terms.take_on, within),
        resolve_within=within,
        disclose=_disclosed(followed),
    )
    passport = Passport(
        code=service,
        version="",
        title=_title(step.title, followed),
        categories=tuple(dict.fromkeys(code for passport in followed for code in passport.categories)),
        lead_agency=agency,
        statutory_term=catalogue.terms.statutory,
        legal_basis=legal_basis,
        steps=(step,),
        without_information="go_on",
    )
    passport = passport.model_copy(update={"version": version_of(passport)})
    reachable = agency == CENTRE or catalogue.agency(agency).connected
    return AssignedPassport(passport, {step.code: agency if reachable else catalogue.routing.unconnected})


def _disclosed(passports: Iterable[Passport]) -> tuple[str, ...]:
    """The fields that the agency of any step may see, each once."""
    steps = (step for passport in passports for step in passport.steps)
    return tuple(dict.fromkeys(path for step in steps for path in step.disclose))


def _title(word: Text, passports: tuple[Passport, ...]) -> Text:
    if not passports:
        return word
    service = passports[0].title
    return Text(az=f"{word.az}: {service.az}", en=f"{word.en}: {service.en}")
