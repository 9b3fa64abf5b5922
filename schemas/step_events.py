"""What happens to a step and to its assignment: bodies of the events of `schemas.case_events`."""

from typing import Literal

from schemas.agency_statuses import AssignmentStatus
from schemas.clocks import ClockReading
from schemas.frozen import AgencyId, Code, Frozen


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
