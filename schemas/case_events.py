"""What happened to a case: the bodies of the ledger's events, as published on `vahid.case-events.v1`.

The `type` of each body is its CloudEvents type. A body says what happened, never what should be done.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.actors import Actor
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived
from schemas.clocks import ClockReading
from schemas.envelope import CloudEvent
from schemas.frozen import AgencyId, CaseId, Code, Frozen, Instant, Sealed
from schemas.passports import Passport

Outcome = Literal["satisfied", "partly_satisfied", "refused", "withdrawn", "not_competent"]


class PlannedStep(Frozen):
    """A step as a track starts with it: its key in the case, and the agency that will do it."""

    key: str
    code: Code
    agency_id: AgencyId
    after: tuple[str, ...] = ()


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


class StepDispatched(Frozen):
    """A step was decided to be sent to its agency as assignment `{case_id}/{step}/{attempt}`."""

    type: Literal["az.vahid.step.dispatched.v1"] = "az.vahid.step.dispatched.v1"
    step: str
    attempt: int
    agency_id: AgencyId
    clocks: tuple[ClockReading, ...]


class StepDelivered(Frozen):
    """The agency's system took the assignment under its own `reference`."""

    type: Literal["az.vahid.step.delivered.v1"] = "az.vahid.step.delivered.v1"
    step: str
    attempt: int
    reference: str


class StepUndelivered(Frozen):
    """A group of attempts to reach the agency's system ended without success; the next one has begun."""

    type: Literal["az.vahid.step.undelivered.v1"] = "az.vahid.step.undelivered.v1"
    step: str
    attempt: int
    group: int
    error_code: Code


class StepAcknowledged(Frozen):
    """The agency took the assignment on."""

    type: Literal["az.vahid.step.acknowledged.v1"] = "az.vahid.step.acknowledged.v1"
    step: str
    status: AssignmentStatus


class StepProgressed(Frozen):
    """The agency says that it works on the assignment."""

    type: Literal["az.vahid.step.progressed.v1"] = "az.vahid.step.progressed.v1"
    step: str
    status: AssignmentStatus


class StepInformationRequested(Frozen):
    """The agency asks for information before it goes on."""

    type: Literal["az.vahid.step.information_requested.v1"] = "az.vahid.step.information_requested.v1"
    step: str
    status: AssignmentStatus


class StepFulfilled(Frozen):
    """The agency did its part. `in_time` compares `received_at` with the service norm."""

    type: Literal["az.vahid.step.fulfilled.v1"] = "az.vahid.step.fulfilled.v1"
    step: str
    status: AssignmentStatus
    in_time: bool


class StepRefused(Frozen):
    """The agency refused, with its reason."""

    type: Literal["az.vahid.step.refused.v1"] = "az.vahid.step.refused.v1"
    step: str
    status: AssignmentStatus
    in_time: bool


class StepForwarded(Frozen):
    """The agency is not competent and passed the step on (Law on citizens' appeals, Article 7.10)."""

    type: Literal["az.vahid.step.forwarded.v1"] = "az.vahid.step.forwarded.v1"
    step: str
    status: AssignmentStatus
    to_agency: AgencyId
    hop: int


class StepReassigned(Frozen):
    """The centre gave the step to another agency."""

    type: Literal["az.vahid.step.reassigned.v1"] = "az.vahid.step.reassigned.v1"
    step: str
    from_agency: AgencyId
    to_agency: AgencyId


class StepCancelled(Frozen):
    """The step is not needed any more."""

    type: Literal["az.vahid.step.cancelled.v1"] = "az.vahid.step.cancelled.v1"
    step: str
    reason: Code


class StatusNoted(Frozen):
    """A remark of the agency that changes no state."""

    type: Literal["az.vahid.status.noted.v1"] = "az.vahid.status.noted.v1"
    step: str
    status: AssignmentStatus


class UpdateIgnored(Frozen):
    """A status that changes nothing, kept with the reason why."""

    type: Literal["az.vahid.update.ignored.v1"] = "az.vahid.update.ignored.v1"
    reason: Code
    status: AssignmentStatus


class CommandRefused(Frozen):
    """A command that was not allowed; `allowed` says in a sentence what would be."""

    type: Literal["az.vahid.command.refused.v1"] = "az.vahid.command.refused.v1"
    command: str
    code: Code
    allowed: str


class DeadlineReminded(Frozen):
    """A deadline nears: a rung of the ladder before it, with who was told."""

    type: Literal["az.vahid.deadline.reminded.v1"] = "az.vahid.deadline.reminded.v1"
    subject: str
    clock: str
    rung: Code
    told: tuple[str, ...]
    due_at: Instant


class DeadlineEscalated(Frozen):
    """A deadline passed: the next rung of the ladder, with who was told."""

    type: Literal["az.vahid.deadline.escalated.v1"] = "az.vahid.deadline.escalated.v1"
    subject: str
    clock: str
    rung: Code
    told: tuple[str, ...]
    due_at: Instant


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


Body = Annotated[
    CaseOpened
    | AppealJoined
    | CaseReopened
    | AppealPlaced
    | TrackOpened
    | StepDispatched
    | StepDelivered
    | StepUndelivered
    | StepAcknowledged
    | StepProgressed
    | StepInformationRequested
    | StepFulfilled
    | StepRefused
    | StepForwarded
    | StepReassigned
    | StepCancelled
    | StatusNoted
    | UpdateIgnored
    | CommandRefused
    | DeadlineReminded
    | DeadlineEscalated
    | TrackAnswered
    | CaseAnswered,
    Field(discriminator="type"),
]


class CaseEvent(Frozen):
    """One entry of a case's history, not yet chained. `cause` is the id of the command behind it."""

    case_id: CaseId
    seq: int = Field(ge=1)
    recorded_at: Instant
    cause: str
    actor: Actor
    traceparent: str | None = None
    body: Body


class RecordedEvent(CaseEvent):
    """An entry as it stands in the ledger: `hash` covers everything else, `prev_hash` included.

    Hash: SHA-256 (hex) over the canonical JSON (RFC 8785) of the event without `hash`.
    """

    prev_hash: str
    hash: str


CaseEventMessage = CloudEvent[RecordedEvent]
