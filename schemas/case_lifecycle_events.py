"""What happens to a case, its appeals and its tracks: bodies of the events of `schemas.case_events`."""

from typing import Literal

from schemas.appeals import AppealReceived
from schemas.clocks import ClockReading
from schemas.frozen import AgencyId, Code, Frozen, Sealed
from schemas.passports import Passport

Outcome = Literal["satisfied", "partly_satisfied", "refused", "withdrawn", "not_competent"]


class CaseOpened(Frozen):
    """The first appeal opened the case; `clock` is the statutory term of the case."""

    type: Literal["az.vahid.case.opened.v1"] = "az.vahid.case.opened.v1"
    opening: int
    appeal: AppealReceived
    clock: ClockReading


class AppealJoined(Frozen):
    """A later appeal of the same person on a pending matter joined this case."""

    type: Literal["az.vahid.appeal.joined.v1"] = "az.vahid.appeal.joined.v1"
    appeal: AppealReceived


class CaseReopened(Frozen):
    """A closed case got new work: a new opening, with a terminal outcome of its own to come."""

    type: Literal["az.vahid.case.reopened.v1"] = "az.vahid.case.reopened.v1"
    opening: int
    reason: Code
    clock: ClockReading


class AppealPlaced(Frozen):
    """The centre placed an appeal that no rule could place."""

    type: Literal["az.vahid.appeal.placed.v1"] = "az.vahid.appeal.placed.v1"
    step: str
    services: tuple[Code, ...]


class PlannedStep(Frozen):
    """A step as a track starts with it: its key in the case, and the agency that will do it."""

    key: str
    code: Code
    agency_id: AgencyId
    after: tuple[str, ...] = ()


class TrackOpened(Frozen):
    """A service began to be given, by this passport version, as it stands here whole.

    A triage track has no passport: its one step is the centre's own.
    """

    type: Literal["az.vahid.track.opened.v1"] = "az.vahid.track.opened.v1"
    track: str
    service: Code
    lead_agency: AgencyId
    steps: tuple[PlannedStep, ...]
    passport: Passport | None = None


class StepAnswer(Frozen):
    """What one step contributed to an answer."""

    step: str
    agency_id: AgencyId
    status: Literal["fulfilled", "refused", "cancelled", "forwarded"]
    raw_code: str | None = None
    reason_code: Code | None = None
    sealed_note: Sealed | None = None


class TrackAnswered(Frozen):
    """The reasoned reply to a track, composed by its lead agency from its steps' results."""

    type: Literal["az.vahid.track.answered.v1"] = "az.vahid.track.answered.v1"
    track: str
    service: Code
    lead_agency: AgencyId
    outcome: Outcome
    legal_basis: str
    results: tuple[StepAnswer, ...]


class CaseAnswered(Frozen):
    """All tracks are answered: the terminal outcome of this opening."""

    type: Literal["az.vahid.case.answered.v1"] = "az.vahid.case.answered.v1"
    opening: int
    outcome: Outcome
    tracking_numbers: tuple[str, ...]
    in_time: bool


class CommandRefused(Frozen):
    """A command that was not allowed; `allowed` says in a sentence what would be."""

    type: Literal["az.vahid.command.refused.v1"] = "az.vahid.command.refused.v1"
    command: str
    code: Code
    allowed: str
