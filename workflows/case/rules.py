"""The rules a case is decided by, pinned in its input: calendar, ladder, terms. Plain values."""

from pydantic import BaseModel, ConfigDict

from catalogue.calendar import WorkingCalendar
from schemas.frozen import AgencyId

CENTRE: AgencyId = "centre"
"""The coordination centre: triage is its own step."""

TRIAGE = "triage"
"""The service code of the centre's own first step."""


class LadderRung(BaseModel):
    """One rung: after `fraction` of a clock's working time (1.0: at the deadline), `told` hear of it."""

    model_config = ConfigDict(frozen=True)

    code: str
    fraction: float
    told: tuple[str, ...]


class Terms(BaseModel):
    """The law's terms in working days, with their articles (Law on citizens' appeals, 2015)."""

    model_config = ConfigDict(frozen=True)

    statutory: int = 15
    statutory_basis: str = "Law on citizens' appeals, Article 10.1"
    forwarding: int = 3
    forwarding_basis: str = "Law on citizens' appeals, Article 7.10"
    maximum_hops: int = 3


class Rules(BaseModel):
    """Everything `decide` needs beside the state. `version` is the content hash of the catalogue."""

    model_config = ConfigDict(frozen=True)

    version: str
    calendar: WorkingCalendar
    ladder: tuple[LadderRung, ...] = ()
    terms: Terms = Terms()
