"""The law's terms and the ladder of reminders and escalations, as a case is pinned to them. Plain values."""

from pydantic import BaseModel, ConfigDict, Field

from schemas.frozen import AgencyId, Code

CENTRE: AgencyId = "centre"
"""The coordination centre: triage is its own step."""


class LadderRung(BaseModel):
    """One rung: after `fraction` of a clock's working time (1.0: at the deadline), `told` hear of it."""

    model_config = ConfigDict(frozen=True)

    code: Code
    fraction: float = Field(gt=0)
    told: tuple[str, ...] = Field(min_length=1)


class Terms(BaseModel):
    """The law's terms in working days, with their articles (Law on citizens' appeals, 2015).

    `statutory` binds every case, `study` one that needs additional study, `extension` is the most that may be
    added where information is asked for; `maximum_hops` is how often one step may be forwarded.
    """

    model_config = ConfigDict(frozen=True)

    statutory: int = Field(default=15, ge=1)
    statutory_basis: str = "Law on citizens' appeals, Article 10.1"
    study: int = Field(default=30, ge=1)
    study_basis: str = "Law on citizens' appeals, Article 10.1"
    extension: int = Field(default=30, ge=1)
    extension_basis: str = "Law on citizens' appeals, Article 10.2"
    forwarding: int = Field(default=3, ge=1)
    forwarding_basis: str = "Law on citizens' appeals, Article 7.10"
    maximum_hops: int = Field(default=3, ge=1)
