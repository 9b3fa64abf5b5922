"""The service passport: what the Commission agreed with each agency about one service."""

from typing import Literal

from pydantic import Field

from schemas.frozen import AgencyId, Code, Frozen, Whole

LOCAL_EXECUTIVE = "local-executive"
"""Stands in a passport for the executive power of the applicant's district."""


class Text(Frozen):
    """A text in both languages."""

    az: str
    en: str


class PassportStep(Frozen):
    """One agency's piece of a track. Times in working days; `after` names the steps that come first.

    `disclose` lists the fields of the appeal that the agency may see; the adapter opens just these.
    """

    code: Code
    title: Text
    agency: AgencyId
    after: tuple[Code, ...] = ()
    acknowledge_within: Whole = Field(ge=1, le=30)
    resolve_within: Whole = Field(ge=1, le=90)
    disclose: tuple[str, ...]


WithoutInformation = Literal["refuse", "go_on"]
"""What becomes of a step whose applicant gave no information in time: refused, or done without it."""


class Passport(Frozen):
    """Who may ask, what documents, which steps by which agency, in what order, by when.

    `version` is the content hash of the passport; `statutory_term` is in working days (Law on citizens'
    appeals, Article 10.1: 15, or 30 where additional study is needed).
    """

    code: Code
    version: str
    title: Text
    categories: tuple[str, ...]
    documents: tuple[str, ...] = ()
    lead_agency: AgencyId
    statutory_term: Whole
    legal_basis: str
    steps: tuple[PassportStep, ...] = Field(min_length=1)
    example: bool = True
    without_information: WithoutInformation = "refuse"
