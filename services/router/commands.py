"""The command that a message becomes, once the message is found sound. Pure."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from catalogue.routing import RoutingResult
from kit.errors import PermanentError
from schemas.actors import SYSTEM, Actor
from schemas.agency_statuses import STATUS_REPORTED, AssignmentStatus, command_id_of
from schemas.appeals import APPEAL_RECEIVED, APPEAL_SUPPLEMENTED, AppealReceived, AppealSupplemented
from schemas.case_lifecycle_events import Confirmation
from schemas.envelope import CloudEvent
from schemas.frozen import AgencyId, CaseId
from schemas.notice_outcomes import NOTICE_SETTLED, NoticeOutcome
from workflows.case.commands import (
    AddAttachment,
    ManualReview,
    Placement,
    ReceiveAppeal,
    ReportNotice,
    ReportStatus,
)

APPEAL_COMMAND = "appeal/"
"""Prefix of the id of the command that brings an appeal to its case; the appeal's id follows."""

Message = TypeVar("Message", AppealReceived, AppealSupplemented, AssignmentStatus, NoticeOutcome)


def sound_appeal(event: CloudEvent[AppealReceived]) -> AppealReceived:
    """The appeal in `event`.

    Raises:
        PermanentError: the envelope does not say what its content says.
    """
    return _sound(event, APPEAL_RECEIVED)


def sound_supplement(event: CloudEvent[AppealSupplemented]) -> AppealSupplemented:
    """The document in `event` that was added to an appeal.

    Raises:
        PermanentError: the envelope does not say what its content says.
    """
    return _sound(event, APPEAL_SUPPLEMENTED)


def sound_status(event: CloudEvent[AssignmentStatus], agencies: Collection[AgencyId]) -> AssignmentStatus:
    """The status in `event`, from one of `agencies`.

    Raises:
        PermanentError: the envelope does not say what its content says, or the agency is not known.
    """
    status = _sound(event, STATUS_REPORTED)
    if status.agency_id not in agencies:
        raise PermanentError(
            "unknown_agency",
            f"Message {event.id} is of agency {status.agency_id}, which is not in the catalogue.",
            remedy="Add the agency to the catalogue, then redrive the message.",
        )
    return status


def receive_appeal(
    appeal: AppealReceived,
    placements: Sequence[Placement],
    traceparent: str | None,
    review: ManualReview | None = None,
    *,
    joined: CaseId | None = None,
    routed: RoutingResult | None = None,
    confirmed_by: Confirmation | None = None,
) -> ReceiveAppeal:
    """The command that opens the case with `appeal`, or joins it, under one id for every try.

    With `review` a person reviews the appeal before any agency does. With `joined` it went to that case, and
    the command is for another one. `routed` has what is suggested to the centre's staff.
    """
    return ReceiveAppeal(
        id=f"{APPEAL_COMMAND}{appeal.appeal_id}",
        actor=Actor(kind="channel", id=appeal.channel),
        received_at=appeal.received_at,
        traceparent=traceparent,
        appeal=appeal,
        placements=tuple(placements),
        manual_review=review,
        joined=joined,
        suggestions=routed.suggestions if routed else (),
        ground=routed.ground if routed and routed.triage else None,
        confirmed_by=confirmed_by,
    )


def add_attachment(added: AppealSupplemented, traceparent: str | None) -> AddAttachment:
    """The command that adds a document to a case; one for each document."""
    return AddAttachment(
        id=f"attachment/{added.attachment_id}",
        actor=Actor(kind="channel", id=added.channel),
        received_at=added.received_at,
        traceparent=traceparent,
        attachment=added,
    )


def report_status(status: AssignmentStatus, traceparent: str | None) -> ReportStatus:
    """The command that reports a status to its case; one for each status of the agency."""
    return ReportStatus(
        id=command_id_of(status.agency_id, f"{status.step}/{status.attempt}", status.status_id),
        actor=Actor(kind="agency", id=status.agency_id),
        received_at=status.received_at,
        traceparent=traceparent,
        status=status,
    )


def sound_outcome(event: CloudEvent[NoticeOutcome]) -> NoticeOutcome:
    """What `event` says of the notices of a case event.

    Raises:
        PermanentError: the envelope does not say what its content says.
    """
    return _sound(event, NOTICE_SETTLED)


def report_notice(outcome: NoticeOutcome, traceparent: str | None) -> ReportNotice:
    """The command that reports to a case whether anybody was told; one for each event and delivery."""
    return ReportNotice(
        id=f"notice/{outcome.event_id}/{outcome.delivery}",
        actor=SYSTEM,
        received_at=outcome.settled_at,
        traceparent=traceparent,
        about=outcome.event_id,
        notice=outcome.notice,
        subject=outcome.subject,
        delivered=outcome.delivery == "delivered",
        reason=outcome.reason,
    )


def _sound(event: CloudEvent[Message], type_: str) -> Message:
    if event.type != type_:
        raise PermanentError(
            "wrong_type", f"Message {event.id} is of type {event.type}; {type_} belongs on this topic."
        )
    if event.subject != event.data.case_id:
        raise PermanentError(
            "subject_mismatch",
            f"The subject of message {event.id} is not the case of its content, {event.data.case_id}.",
            remedy="Have the sender publish it again with the case as subject.",
        )
    return event.data
