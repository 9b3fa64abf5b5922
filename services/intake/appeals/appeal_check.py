"""The result that an appeal would have if it were submitted now. Pure; nothing is stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from catalogue.eligibility import Assessment
from catalogue.model import Catalogue
from catalogue.routing import route
from schemas.frozen import Code, Frozen
from services.intake.appeals.acceptance import sealable
from services.intake.appeals.completeness import examined_route, facts_of
from services.intake.appeals.domain import AppealRefused, Finding, KnownCodes
from services.intake.appeals.earlier_receipt import acceptable


class Reason(Frozen):
    """One reason for a refusal."""

    pointer: str = Field(description="JSON Pointer into the body, as a URI fragment.")
    code: str
    detail: str


class Route(Frozen):
    """The route of the appeal. Without services the centre would place it (triage)."""

    rule: Code = Field(description="The rule of the catalogue that decides.")
    services: tuple[Code, ...]
    triage: bool
    ground: Code | None = Field(default=None, description="Why free text is placed by rule, or not.")
    suggestions: tuple[Code, ...] = Field(
        default=(), description="The services that an appeal in triage may mean, the likeliest first."
    )


class AppealCheck(Frozen):
    """The result of a check: `route` where the appeal would be accepted, `errors` where it would not.

    `services` has each service that is asked for by code or by text: whether the applicant's category may
    ask for it, and which documents it needs. An appeal that lacks something there is accepted all the same.
    """

    acceptable: bool
    errors: tuple[Reason, ...] = ()
    errors_left_out: int | None = Field(default=None, description="How many more places are wrong.")
    route: Route | None = None
    services: tuple[Assessment, ...] = ()


def check_appeal(
    body: Mapping[str, Any], catalogue: Catalogue, known: KnownCodes, now: datetime
) -> AppealCheck:
    """Check `body` (parsed JSON) by the rules that accept an appeal, and by those that route it."""
    try:
        submission = acceptable(body, known, catalogue.calendar, now)
        sealable(submission)
    except AppealRefused as refused:
        errors = tuple(_reason(finding) for finding in refused.findings)
        return AppealCheck(acceptable=False, errors=errors, errors_left_out=refused.left_out or None)
    facts = facts_of(submission)
    routed = route(catalogue, facts)
    return AppealCheck(
        acceptable=True,
        route=Route.model_validate({**routed._asdict(), "triage": routed.triage}),
        services=examined_route(catalogue, facts, routed, submission.category),
    )


def _reason(finding: Finding) -> Reason:
    return Reason(pointer=f"#{finding.pointer}", code=finding.code, detail=finding.message)
