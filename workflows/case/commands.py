"""What a case can be asked to do. Every command has a stable id and an authenticated actor."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.actors import SYSTEM, Actor
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived
from schemas.frozen import AgencyId, Code, Frozen, Instant
from schemas.passports import Passport


class Placement(Frozen):
    """A service to be given by a passport; `agencies` names, by step code, the body that does each step.

    A step whose body is the centre is triage: the centre must find a body for it.
    """

    passport: Passport
    agencies: dict[str, AgencyId]


class Command(Frozen):
    """A command. `received_at` is business time at the door where it came in: it decides what was in time."""

    id: str = Field(min_length=1, max_length=200)
    actor: Actor
    received_at: Instant
    traceparent: str | None = None


class ReceiveAppeal(Command):
    """Open the case with this appeal, or join it. No placements: the appeal goes to triage."""

    kind: Literal["receive_appeal"] = "receive_appeal"
    appeal: AppealReceived
    placements: tuple[Placement, ...] = ()


class ReportStatus(Command):
    """What an agency (or the centre's desk) says about an assignment."""

    kind: Literal["report_status"] = "report_status"
    status: AssignmentStatus


class ReportDispatch(Command):
    """How one group of attempts to deliver an assignment ended. `reference` is None when it failed."""

    kind: Literal["report_dispatch"] = "report_dispatch"
    step: str
    attempt: int
    group: int
    reference: str | None = None
    error_code: Code | None = None
    acknowledgement: AssignmentStatus | None = None


class PlaceAppeal(Command):
    """The centre places the appeal of triage step `step`."""

    kind: Literal["place_appeal"] = "place_appeal"
    step: str
    placements: tuple[Placement, ...] = Field(min_length=1)


class ReassignStep(Command):
    """The centre gives a step to another agency."""

    kind: Literal["reassign_step"] = "reassign_step"
    step: str
    agency_id: AgencyId


class StrikeClock(Command):
    """The earliest deadline was reached: `received_at` is the instant it was set for."""

    kind: Literal["strike_clock"] = "strike_clock"
    actor: Actor = SYSTEM


AnyCommand = Annotated[
    ReceiveAppeal | ReportStatus | ReportDispatch | PlaceAppeal | ReassignStep | StrikeClock,
    Field(discriminator="kind"),
]


class CommandOutcome(Frozen):
    """What became of a command: accepted, or refused with a stable code and what would be allowed."""

    accepted: bool
    code: str = "accepted"
    allowed: str = ""
