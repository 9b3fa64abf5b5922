"""What comes to a case from the agencies: their statuses, and how a sending to them ended."""

from typing import Literal

from schemas.agency_statuses import AssignmentStatus
from schemas.frozen import Code
from workflows.case.command import Command


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


class ReportMessage(Command):
    """How one group of attempts to tell an agency about its assignment ended; no `error_code`: it was told.

    `permanent`: the agency's system takes no such message, so there is no further group.
    """

    kind: Literal["report_message"] = "report_message"
    message: str
    group: int
    error_code: Code | None = None
    permanent: bool = False
