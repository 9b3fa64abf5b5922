"""What happens to a step and to its assignment: payloads of the events of `schemas.case_events`."""

from typing import Literal

from schemas.agency_statuses import AssignmentStatus
from schemas.clocks import ClockReading
from schemas.frozen import AgencyId, Code, Frozen, Instant, Name, Sealed, Whole


class Supplement(Frozen):
    """What came after the appeal: what the applicant gave for a step, or a document that was added.

    `id` is the number of what was given, or the document's id. Sealed as it came.
    """

    kind: Literal["information", "attachment"]
    id: Name
    sealed: Sealed


class StepDispatched(Frozen):
    """A step is to be sent to its agency as assignment `{case_id}/{step}/{attempt}`.

    `supplements` came after the appeal and before that: the agency is sent them too. `not_sent`: there are
    more than can be sent; a person informs the agency of the others.
    """

    type: Literal["az.vahid.step.dispatched.v1"] = "az.vahid.step.dispatched.v1"
    step: str
    attempt: Whole
    agency_id: AgencyId
    clocks: tuple[ClockReading, ...]
    supplements: tuple[Supplement, ...] | None = None
    not_sent: Literal[True] | None = None


class StepDelivered(Frozen):
    """The agency's system took the assignment under its own `reference`."""

    type: Literal["az.vahid.step.delivered.v1"] = "az.vahid.step.delivered.v1"
    step: str
    attempt: Whole
    reference: str


class StepUndelivered(Frozen):
    """A group of attempts to reach the agency's system failed; the next one has begun."""

    type: Literal["az.vahid.step.undelivered.v1"] = "az.vahid.step.undelivered.v1"
    step: str
    attempt: Whole
    group: Whole
    error_code: Code


class StepAcknowledged(Frozen):
    """The agency took the assignment on."""

    type: Literal["az.vahid.step.acknowledged.v1"] = "az.vahid.step.acknowledged.v1"
    step: str
    status: AssignmentStatus


class StepProgressed(Frozen):
    """The agency states that it works on the assignment."""

    type: Literal["az.vahid.step.progressed.v1"] = "az.vahid.step.progressed.v1"
    step: str
    status: AssignmentStatus


class StepInformationRequested(Frozen):
    """The agency asks for information before it goes on; `clock` is the applicant's time to give it.

    `overtaken` where the agency had gone on before we heard of the question: nothing is asked any more, and
    the service norm stood still while the question stood. `untold` where no channel is agreed on which the
    applicant could be told: their time begins when a person has told them (`information.term_begun`).
    """

    type: Literal["az.vahid.step.information_requested.v1"] = "az.vahid.step.information_requested.v1"
    step: str
    status: AssignmentStatus
    clock: ClockReading | None = None
    overtaken: Literal[True] | None = None
    untold: Literal[True] | None = None


class InformationTermBegun(Frozen):
    """A person told the applicant what an agency asks (task `task`); `clock` is the applicant's time."""

    type: Literal["az.vahid.information.term_begun.v1"] = "az.vahid.information.term_begun.v1"
    step: str
    task: str
    clock: ClockReading


class InformationProvided(Frozen):
    """The applicant gave what was asked for; the agency is sent it as supplement `number` of the step.

    `unasked` where the agency did not wait for it: the step stays as it is. `not_sent`: the case has as much
    information as agencies are sent; a person informs the agency of this, which has no number of its own.
    """

    type: Literal["az.vahid.information.provided.v1"] = "az.vahid.information.provided.v1"
    step: str
    number: Whole
    sealed: Sealed
    unasked: Literal[True] | None = None
    not_sent: Literal[True] | None = None


class InformationLapsed(Frozen):
    """The applicant gave no information until `due_at`; `rule` is what the passport provides for then."""

    type: Literal["az.vahid.information.lapsed.v1"] = "az.vahid.information.lapsed.v1"
    step: str
    rule: Code
    due_at: Instant | None = None


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
    """The agency is not competent and passed the step on (Law on citizens' appeals, Article 7.10).

    `in_time` says whether within the term of that article, from the dispatch to it.
    """

    type: Literal["az.vahid.step.forwarded.v1"] = "az.vahid.step.forwarded.v1"
    step: str
    status: AssignmentStatus
    to_agency: AgencyId
    hop: Whole
    in_time: bool | None = None


class StepReassigned(Frozen):
    """The centre gave the step to another agency."""

    type: Literal["az.vahid.step.reassigned.v1"] = "az.vahid.step.reassigned.v1"
    step: str
    from_agency: AgencyId
    to_agency: AgencyId


class StepRedispatched(Frozen):
    """The centre has the step sent to the same agency anew; its clocks run on."""

    type: Literal["az.vahid.step.redispatched.v1"] = "az.vahid.step.redispatched.v1"
    step: str
    reason: Code


class StepCorrected(Frozen):
    """An end was undone. By a person's decision on `task`, it was mistaken: the agency works on it again.

    Without a task (empty), `reason` says why: another end, earlier in the agency's own order, came later and
    follows. `attempt` is the assignment to which the step returns where a forward was undone.
    """

    type: Literal["az.vahid.step.corrected.v1"] = "az.vahid.step.corrected.v1"
    step: str
    undone: Literal["fulfilled", "refused", "forwarded"]
    task: str
    reason: Code | None = None
    attempt: Whole | None = None


class StepRestored(Frozen):
    """A step that had been cancelled or begun too early waits again for the steps before it."""

    type: Literal["az.vahid.step.restored.v1"] = "az.vahid.step.restored.v1"
    step: str
    reason: Code


class MessageDelivered(Frozen):
    """The agency's system took message `message` about its assignment: a recall, or further information."""

    type: Literal["az.vahid.message.delivered.v1"] = "az.vahid.message.delivered.v1"
    message: str
    step: str


class MessageUndelivered(Frozen):
    """A group of attempts to send the message failed; the next has begun, unless it was given up."""

    type: Literal["az.vahid.message.undelivered.v1"] = "az.vahid.message.undelivered.v1"
    message: str
    step: str
    group: Whole
    error_code: Code
    given_up: bool = False


class StepCancelled(Frozen):
    """The step is not needed any more."""

    type: Literal["az.vahid.step.cancelled.v1"] = "az.vahid.step.cancelled.v1"
    step: str
    reason: Code


class StatusNoted(Frozen):
    """A note of the agency, which changes no state."""

    type: Literal["az.vahid.status.noted.v1"] = "az.vahid.status.noted.v1"
    step: str
    status: AssignmentStatus


class StatusIgnored(Frozen):
    """A status that changes nothing, kept with the reason why."""

    type: Literal["az.vahid.status.ignored.v1"] = "az.vahid.status.ignored.v1"
    reason: Code
    status: AssignmentStatus


StepEvent = (
    StepDispatched
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
    | StatusIgnored
    | InformationLapsed
    | InformationTermBegun
    | InformationProvided
    | MessageDelivered
    | MessageUndelivered
    | StepCorrected
    | StepRedispatched
    | StepRestored
)
"""What happens to a step, and between the case and an agency."""
