"""The activity that sends an agency a message about an assignment that it has: once.

A recall says that the assignment need no longer be done. Information is what the applicant provided after
the agency had asked; for an attachment, it says which document was added. Each message travels under its own
id, by which the agency recognises a repeated one: after an uncertain outcome it is sent again under that id.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

import structlog
from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from catalogue.model import Vocabularies
from kit import failpoints, tracing
from kit.database import Database
from kit.errors import PermanentError, TransientError
from kit.vault import Vault
from schemas.appeals import AttachmentContent
from schemas.frozen import Code
from services.agency_adapter import metrics
from services.agency_adapter.activity_failures import described, outcome_of
from services.agency_adapter.connectors.connector import (
    Connector,
    MessageContent,
    MessageKind,
    MessageOutcome,
)
from services.agency_adapter.sealed_text import open_text
from services.agency_adapter.store import sent_assignments, sent_messages
from services.agency_adapter.store.sent_assignments import SentAssignment
from services.agency_adapter.store.sent_messages import SentMessage
from workflows.case.contracts import MESSAGE_ACTIVITY, AgencyMessage, idempotency_key, message_key

_log = structlog.get_logger()

FinalOutcome = MessageOutcome | Literal["recalled", "undisclosed"]
"""The recorded outcome of a message. Not sent: `recalled`, information about an assignment that the agency
no longer needs; `undisclosed`, an attachment that is none of the documents that the agency may see."""

RETRIED = frozenset({"agency_credentials_refused", "agency_response_unreadable", "agency_response_too_large"})
"""Refusals that a person corrects, at the agency or here: the message waits for that."""


def new_message(message: AgencyMessage, now: datetime) -> SentMessage:
    """The row to write before a message is sent at business time `now`. Pure."""
    return SentMessage(
        agency_id=message.agency_id,
        key=message_key(message.case_id, message.message),
        case_id=message.case_id,
        kind=message.kind,
        step=message.step,
        attempt=message.attempt,
        sent_at=now,
    )


def recalled_assignment(message: AgencyMessage, now: datetime) -> SentAssignment:
    """The row to write for the assignment of a recall, where none was begun. Pure."""
    return SentAssignment(
        agency_id=message.agency_id,
        key=idempotency_key(message.case_id, message.step, message.attempt),
        case_id=message.case_id,
        step=message.step,
        attempt=message.attempt,
        traceparent=message.traceparent,
        sent_at=now,
        recalled_at=now,
    )


def attachment_text(opened: str, documents: Collection[Code], words: Vocabularies) -> str | None:
    """The text about an attachment (JSON, `AttachmentContent`); None if it is none of `documents`. Pure.

    Raises:
        PermanentError: `content_unreadable`.
    """
    try:
        document = AttachmentContent.model_validate_json(opened).document
    except ValidationError:
        raise PermanentError("content_unreadable", "what the attachment is cannot be read.") from None
    title = words.documents.get(document)
    if document not in documents or title is None:
        return None
    return words.attachment_added.az.format(document=title.az)


class MessageDispatcher:
    """Sends one agency the messages about its assignments."""

    def __init__(
        self, agency_id: str, connector: Connector, database: Database, vault: Vault, words: Vocabularies
    ) -> None:
        self._agency_id = agency_id
        self._connector = connector
        self._database = database
        self._vault = vault
        self._words = words

    @activity.defn(name=MESSAGE_ACTIVITY)
    async def send_message(self, message: AgencyMessage) -> None:
        """Send the message, unless its outcome is known already.

        Raises:
            ApplicationError: its type is the error's code; not retryable where another attempt cannot help.
                It holds no personal data.
        """
        ids = {"agency_id": self._agency_id, "case_id": message.case_id, "step": message.step}
        with structlog.contextvars.bound_contextvars(**ids, kind=message.kind, attempt=message.attempt):
            try:
                with tracing.span("agency.send_message", message.traceparent, **ids):
                    await self._send_once(message)
            except Exception as error:  # noqa: BLE001  translated: Temporal would keep its text
                raise self._failure(message, error) from None

    async def _send_once(self, message: AgencyMessage) -> None:
        if message.agency_id != self._agency_id:
            raise PermanentError("wrong_agency", f"the message is for {message.agency_id}.")
        begun = new_message(message, message.clock.now())
        async with self._database.transaction() as connection:
            sent = await sent_messages.begin(connection, begun)
        if sent.outcome is not None:
            return
        send = self._recall if message.kind == "recall" else self._inform
        outcome = await send(message, sent)
        async with self._database.transaction() as connection:
            await sent_messages.settle(connection, sent, outcome, message.clock.now())
        metrics.MESSAGES.labels(self._agency_id, message.kind, outcome).inc()
        _log.info("message.settled", outcome=outcome, group=message.group)

    async def _recall(self, message: AgencyMessage, sent: SentMessage) -> FinalOutcome:
        """Recall the assignment where the agency has it; from now on it is not sent there either."""
        row = recalled_assignment(message, sent.sent_at)
        async with self._database.transaction() as connection:
            assignment, may_arrive = await sent_assignments.recall(connection, row)
        reference = await self._reference(assignment)
        if reference is None and may_arrive:
            raise TransientError("assignment_on_its_way", "the assignment may still arrive at the agency.")
        if reference is None:
            return "unknown"
        return await self._send("recall", sent, assignment.key, reference)

    async def _inform(self, message: AgencyMessage, sent: SentMessage) -> FinalOutcome:
        """Inform only the agency that was sent the assignment, and only while it needs it."""
        text = await self._text(message)
        if text is None:
            return "undisclosed"
        key = idempotency_key(message.case_id, message.step, message.attempt)
        async with self._database.transaction() as connection:
            assignment = await sent_assignments.find_by_key(connection, self._agency_id, key)
        if assignment is not None and assignment.recalled_at is not None:
            return "recalled"
        reference = await self._reference(assignment) if assignment is not None else None
        if reference is None:
            raise TransientError("assignment_not_there", "the agency does not have the assignment yet.")
        outcome = await self._send("information", sent, key, reference, text)
        if outcome == "unknown":
            raise PermanentError("assignment_unknown", "the agency no longer knows the assignment.")
        return outcome

    async def _reference(self, assignment: SentAssignment) -> str | None:
        """The agency's reference of an assignment; where it is not stored, look it up by our key."""
        if assignment.reference is not None:
            return assignment.reference
        found = await self._connector.look_up(assignment.key)
        return found.reference if found is not None else None

    async def _send(
        self, kind: MessageKind, sent: SentMessage, key: str, reference: str, text: str | None = None
    ) -> MessageOutcome:
        content = MessageContent(kind, key, reference, sent.sent_at, text)
        failpoints.hit("adapter.before_message")
        outcome = await self._connector.send_message(content, sent.key)
        failpoints.hit("adapter.after_message")
        return outcome

    async def _text(self, message: AgencyMessage) -> str | None:
        if message.sealed is None:
            raise PermanentError("content_unreadable", "the message has no content.")
        opened = await open_text(self._database, self._vault, message.sealed)
        if message.kind == "information":
            return opened
        return attachment_text(opened, message.documents, self._words)

    def _failure(self, message: AgencyMessage, error: Exception) -> ApplicationError:
        code, sentence = described(error)
        permanent = isinstance(error, PermanentError) and code not in RETRIED
        metrics.MESSAGES.labels(self._agency_id, message.kind, outcome_of(error)).inc()
        _log.warning("message.not_sent", code=code, retried=not permanent, exc_info=error)
        return ApplicationError(sentence, type=code, non_retryable=permanent)
