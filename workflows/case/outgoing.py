"""What a case sends to agencies, by its state. Pure."""

from catalogue.terms import CENTRE
from kit.clock import Clock
from workflows.case.clocks import due_of
from workflows.case.contracts import AgencyMessage, Assignment
from workflows.case.decide.attachments import documents_of
from workflows.case.decide.progress import passport_step
from workflows.case.state import CaseState, MessageState, StepState


def is_to_be_sent(step: StepState) -> bool:
    """Whether no agency's system has taken the step's assignment yet, and one shall."""
    return step.status == "dispatched" and step.reference is None and step.agency_id != CENTRE


def assignment_of(state: CaseState, step: StepState, clock: Clock, group: int) -> Assignment | None:
    """The assignment of `step`; None for a step that no passport plans."""
    track, planned = state.track(step.track), passport_step(state, step)
    if track is None or track.passport is None or planned is None:
        return None
    return Assignment(
        case_id=state.case_id,
        step=step.key,
        attempt=step.attempt,
        group=group,
        agency_id=step.agency_id,
        service=track.service,
        passport_version=track.passport.version,
        passport_step=planned,
        appeal_ids=tuple(appeal.appeal_id for appeal in state.appeals),
        sealed=track.sealed,
        clock=clock,
        due_at=(due_of(step) or max(reading.due_at for reading in step.clocks)).isoformat(),
        traceparent=state.traceparent,
    )


def agency_message_of(state: CaseState, message: MessageState, clock: Clock, group: int) -> AgencyMessage:
    """The message to an agency about its step."""
    return AgencyMessage(
        case_id=state.case_id,
        message=message.id,
        kind=message.kind,
        step=message.step,
        attempt=message.attempt,
        group=group,
        agency_id=message.agency_id,
        sealed=message.sealed or _sealed_document(state, message),
        documents=documents_of(state, message),
        clock=clock,
        traceparent=state.traceparent,
    )


def _sealed_document(state: CaseState, message: MessageState) -> str | None:
    """What the message says of the document that it is about. The case keeps that once for all agencies."""
    if message.kind != "attachment":
        return None
    document = state.document(message.id.rpartition("/")[2])
    return document.sealed if document is not None else None
