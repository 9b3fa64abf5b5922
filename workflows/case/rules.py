"""The rules that decide a case, pinned in its input: calendar, escalation policy, terms. Plain values."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from catalogue.calendar import WorkingCalendar
from catalogue.hours import Maintenance, maintained_until
from catalogue.model import Catalogue
from catalogue.terms import EscalationLevel, Terms
from schemas.frozen import AgencyId

TRIAGE = "triage"
"""The service code of the centre's own first step."""


class Rules(BaseModel):
    """Everything `decide` needs beside the state. `version` is the content hash of the catalogue.

    `connected` are the agencies to whose systems assignments can be sent; the others' steps are the centre's.
    `maintenance` are the windows, by agency, in which its system is sent nothing: those known when the case's
    run began.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    calendar: WorkingCalendar
    escalation_policy: tuple[EscalationLevel, ...] = ()
    terms: Terms = Terms()
    connected: tuple[AgencyId, ...] = ()
    maintenance: dict[AgencyId, tuple[Maintenance, ...]] = {}

    def maintained_until(self, agency_id: AgencyId, instant: datetime) -> datetime | None:
        """When the agency's maintenance at `instant` ends; None where its system is not maintained then."""
        return maintained_until(self.maintenance.get(agency_id, ()), instant)

    @classmethod
    def of(cls, catalogue: Catalogue, instant: datetime) -> "Rules":
        """The rules of a case that starts at business time `instant`.

        Raises:
            InstallationError: `calendar_ended`, when the catalogue's calendar ends too early.
        """
        return cls(
            version=catalogue.version,
            calendar=catalogue.calendar_for(instant),
            escalation_policy=catalogue.escalation_policy,
            terms=catalogue.terms,
            connected=tuple(sorted(agency.id for agency in catalogue.agencies.values() if agency.connected)),
            maintenance={
                agency.id: ahead
                for agency in catalogue.agencies.values()
                if (ahead := tuple(window for window in agency.maintenance if window.until > instant))
            },
        )
