"""What a case sends to agencies, by its state. Pure."""

from typing import assert_never

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
        sealed=message.sealed or _sealed_content(state, message),
        documents=documents_of(state, message),
        clock=clock,
        traceparent=state.traceparent,
    )


def _sealed_content(state: CaseState, message: MessageState) -> str | None:
    """The document or the information that the message is about. The case keeps each once."""
    name = message.id.rpartition("/")[2]
    match message.kind:
        case "attachment":
            document = state.document(name)
            return document.sealed if document is not None else None
        case "information":
            return state.information(message.step, name)
        case "recall":
            return None
        case _:
            assert_never(message.kind)
