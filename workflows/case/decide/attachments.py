"""Documents that are added to an appeal, and which agencies are sent them. Pure."""

from schemas.case_lifecycle_events import AttachmentAdded
from schemas.deadline_events import CASE_SUBJECT
from schemas.frozen import Code
from workflows.case.commands import AddAttachment
from workflows.case.decide.decision import Decision
from workflows.case.decide.refusals import refuse
from workflows.case.decide.tasks import raise_task
from workflows.case.limits import has_space_for_document, has_space_for_messages
from workflows.case.state import CaseState, MessageState


def add_attachment(decision: Decision, command: AddAttachment) -> None:
    """Take a document that was added; the agencies at work are sent it, and no clock moves.

    Beyond the limit a person informs the agencies: one task for all such documents.
    """
    attachment = command.attachment
    if all(appeal.appeal_id != attachment.appeal_id for appeal in decision.state.appeals):
        refuse(decision, "attachment.foreign_appeal", "Add it to the case that has its appeal.")
    elif _is_sent(decision.state, attachment.sealed):
        decision.emit(AttachmentAdded(attachment=attachment))
    else:
        decision.emit(AttachmentAdded(attachment=attachment, not_sent=True))
        raise_task(decision, "undelivered_message", CASE_SUBJECT)


def _is_sent(state: CaseState, sealed: str) -> bool:
    """Whether the agencies at work are sent it: a message to each."""
    running = sum(step.running for step in state.steps)
    return has_space_for_document(state, sealed) and has_space_for_messages(state, running)


def documents_of(state: CaseState, message: MessageState) -> tuple[Code, ...]:
    """The kinds of documents that the agency of `message` may see, where it is about one."""
    step = state.step(message.step) if message.kind == "attachment" else None
    track = state.track(step.track) if step is not None else None
    return track.passport.documents if track is not None and track.passport is not None else ()
