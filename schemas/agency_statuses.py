"""What an agency states about an assignment, normalised: the messages of `vahid.agency-statuses.v1`."""

import hashlib
from typing import Literal

from schemas.frozen import AgencyId, CaseId, Code, Frozen, Instant, Name, Sealed, Whole

STATUS_REPORTED = "az.vahid.status.reported.v1"

Status = Literal[
    "acknowledged",
    "in_progress",
    "information_requested",
    "fulfilled",
    "refused",
    "forwarded",
    "note",
    "corrected",
]
"""`corrected`: the agency states that its own end of the step was a mistake; a person confirms it."""


_LONGEST_COMMAND_ID = 200


def command_id_of(agency_id: AgencyId, assignment: str, status_id: str) -> str:
    """The id of the command that reports a status to its case; `assignment` is `{step}/{attempt}`.

    A status id that would make it too long stands as its digest (SHA-256).
    """
    prefix = f"status/{agency_id}/{assignment}/"
    if len(prefix) + len(status_id) > _LONGEST_COMMAND_ID:
        status_id = hashlib.sha256(status_id.encode()).hexdigest()
    return prefix + status_id


class AssignmentStatus(Frozen):
    """One status of one agency about one assignment.

    `status_id` is the agency's own id of the statement, known within its assignment; `raw_code` its own code,
    always kept; `agency_sequence` its own order, where it has one. `occurred_at` is when the agency states
    that it happened; `received_at` is stamped at the point of receipt and decides what was in time. `via`
    names how it came: `casework` for a step of the centre, reported by a person.
    """

    status_id: Name
    agency_id: AgencyId
    case_id: CaseId
    step: Name
    attempt: Whole
    reference: Name | None = None
    status: Status
    raw_code: Name
    agency_sequence: Whole | None = None
    occurred_at: Instant
    received_at: Instant
    forward_to: AgencyId | None = None
    reason_code: Code | None = None
    sealed_note: Sealed | None = None
    via: Literal["webhook", "poll", "dispatch", "look_up", "casework"]
