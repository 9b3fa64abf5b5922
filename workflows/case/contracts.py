"""Names and I/O types of the case's workflow and of the activities that it calls."""

from datetime import datetime

from pydantic import Field

from kit.clock import Clock
from kit.workflow_input import StartInput
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived
from schemas.frozen import AgencyId, CaseId, Code, Frozen, Sealed
from schemas.passports import PassportStep
from workflows.case.commands import AnyCommand, TakeOverTracks
from workflows.case.rules import Rules
from workflows.case.state import CaseState, MessageKind

CASE_WORKFLOW = "CaseWorkflow"
CASE_TASK_QUEUE = "cases"
SUBMIT_SIGNAL = "submit"
EXECUTE_UPDATE = "execute"
DISPATCH_ACTIVITY = "dispatch_assignment"
MESSAGE_ACTIVITY = "send_message"
HAND_OVER_ACTIVITY = "hand_over_tracks"


def workflow_id(case_id: str) -> str:
    """The workflow id of a case."""
    return f"case-{case_id}"


def agency_task_queue(agency_id: str) -> str:
    """The task queue on which the adapter of an agency takes assignments."""
    return f"agency.{agency_id}"


def idempotency_key(case_id: str, step: str, attempt: int) -> str:
    """The key under which an assignment is sent, the same for every attempt."""
    return f"{case_id}/{step}/{attempt}"


def message_key(case_id: str, message: str) -> str:
    """The key under which an agency is sent a message, the same for every attempt."""
    return f"{case_id}/{message}"


class CaseInput(StartInput):
    """What a run of the case workflow starts from: a fresh case, or one carried over by continue-as-new.

    A run whose history has grown beyond `history_limit` events continues as new: well before Temporal's own
    limit of 51,200. Its timers fire within `timer_spread` seconds of business time after their deadlines.
    A command that comes before what it depends on waits in the inbox, for `waiting_limit` seconds of business
    time; `waiting_since` has the instants at which each began to wait, by its id.
    """

    case_id: CaseId
    rules: Rules
    clock: Clock = Clock()
    state: CaseState | None = None
    inbox: tuple[AnyCommand, ...] = ()
    history_limit: int = 4_000
    timer_spread: float = 0.0
    waiting_limit: float = 7 * 24 * 3600.0
    waiting_since: dict[str, datetime] = Field(default_factory=dict)


class Assignment(Frozen):
    """A step as it is sent to its agency: input of the activity `dispatch_assignment` on `agency.{id}`.

    `appeal_ids` are the case's appeals: the adapter reads their sealed content from the ledger and opens just
    the fields in `passport_step.disclose`. An assignment of an older run carries whole `appeals` instead.
    `group` counts the groups of attempts: from the second on, and on any retry, look up before sending.
    `sealed` is text that goes beside the appeals, where the agency may see theirs: what is objected to in
    the answer that it reviews, or what the Commission instructs.
    """

    case_id: CaseId
    step: str
    attempt: int
    group: int = 1
    agency_id: AgencyId
    service: Code
    passport_version: str
    passport_step: PassportStep
    appeal_ids: tuple[CaseId, ...] = ()
    appeals: tuple[AppealReceived, ...] = ()
    sealed: Sealed | None = None
    clock: Clock = Clock()
    due_at: str
    traceparent: str | None = None


class AgencyMessage(Frozen):
    """A message about an assignment: input of the activity `send_message` on `agency.{id}`.

    `message` is its stable id, by which the agency's system knows a repeated one. A recall states that
    the assignment need not be done any more; `information` is what the applicant gave after the agency asked,
    `attachment` which document was added to an appeal, each sealed with the key of an appeal; the adapter
    opens it. An agency is sent only the `documents` that its passport asks for.
    """

    case_id: CaseId
    message: str
    kind: MessageKind
    step: str
    attempt: int
    group: int = 1
    agency_id: AgencyId
    sealed: Sealed | None = None
    documents: tuple[Code, ...] = ()
    clock: Clock = Clock()
    traceparent: str | None = None


class HandOverDelivery(Frozen):
    """What one case hands over to another: input of the activity `hand_over_tracks` on the cases' task queue.

    A case that does not run yet is started with the `rules` and the `clock` of the one that hands over.
    """

    command: TakeOverTracks
    rules: Rules
    clock: Clock = Clock()


class Delivery(Frozen):
    """The agency's system took the assignment; with `acknowledgement` where it also took it on at once."""

    reference: str
    acknowledgement: AssignmentStatus | None = None
