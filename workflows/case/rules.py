"""The rules a case is decided by, pinned in its input: calendar, ladder, terms. Plain values."""

from pydantic import BaseModel, ConfigDict

from catalogue.calendar import WorkingCalendar
from catalogue.terms import CENTRE, LadderRung, Terms

TRIAGE = "triage"
"""The service code of the centre's own first step."""


class Rules(BaseModel):
    """Everything `decide` needs beside the state. `version` is the content hash of the catalogue."""

    model_config = ConfigDict(frozen=True)

    version: str
    calendar: WorkingCalendar
    ladder: tuple[LadderRung, ...] = ()
    terms: Terms = Terms()


__all__ = ["CENTRE", "TRIAGE", "LadderRung", "Rules", "Terms"]
