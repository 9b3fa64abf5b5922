"""The activity by which an agency is told what became of an assignment after it was sent: once.

A recall says that it need not be done any more; information is what the applicant gave after the agency had
asked; of an attachment it hears which document was added, as of any other information. All travel under the
message's own id, by which the agency's system knows a repeated one: so an uncertain outcome is repeated, and
only under the same id.
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
from services.agency_adapter import message_store, metrics, store
from services.agency_adapter.connectors.base import Connector, Hearing, MessageContent, MessageKind
from services.agency_adapter.failures import outcome_of, told_of
from services.agency_adapter.message_store import Noted
from services.agency_adapter.sealed_text import open_text
from services.agency_adapter.store import Sent
from workflows.case.contracts import MESSAGE_ACTIVITY, AgencyMessage, idempotency_key, message_key

_log = structlog.get_logger()

Outcome = Hearing | Literal["recalled", "undisclosed"]
"""How a message ended; `recalled`: information that its agency needs no more, and was not sent;
`undisclosed`: an attachment that is none of the documents its agency may see."""

MENDABLE = frozenset({"agency_credentials_refused", "agency_answer_unreadable", "agency_answer_too_large"})
"""Refusals that a person mends, at the agency or here: what it must be told waits for that."""


def new_note(message: AgencyMessage, now: datetime) -> Noted:
    """What is written down before an agency is told something at business time `now`. Pure."""
    return Noted(
        agency_id=message.agency_id,
        key=message_key(message.case_id, message.message),
        case_id=message.case_id,
        kind=message.kind,
        step=message.step,
        attempt=message.attempt,
        sent_at=now,
    )


def recalled(message: AgencyMessage, now: datetime) -> Sent:
    """The assignment that a recall is about, as it is written down where it was never begun. Pure."""
    return Sent(
        agency_id=message.agency_id,
        key=idempotency_key(message.case_id, message.step, message.attempt),
        case_id=message.case_id,
        step=message.step,
        attempt=message.attempt,
        traceparent=message.traceparent,
        sent_at=now,
        recalled_at=now,
    )


def added(opened: str, documents: Collection[Code], words: Vocabularies) -> str | None:
    """What an agency is told of an attachment (JSON, `AttachmentContent`), if it is one of `documents`. Pure.

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


class Messenger:
    """Tells one agency what became of its assignments."""

    def __init__(
        self, agency_id: str, connector: Connector, database: Database, vault: Vault, words: Vocabularies
    ) -> None:
        self._agency_id = agency_id
        self._connector = connector
        self._database = database
        self._vault = vault
        self._words = words

    @activity.defn(name=MESSAGE_ACTIVITY)
    async def tell_agency(self, message: AgencyMessage) -> None:
        """Tell the agency, however often it takes.

        Raises:
            ApplicationError: its type is the error's code; not retryable where no further try can help. It
                holds no personal data.
        """
        ids = {"agency_id": self._agency_id, "case_id": message.case_id, "step": message.step}
        with structlog.contextvars.bound_contextvars(**ids, kind=message.kind, attempt=message.attempt):
            try:
                with tracing.span("agency.tell", message.traceparent, **ids):
                    await self._tell_once(message)
            except Exception as error:  # noqa: BLE001  translated: Temporal would keep its text
                raise self._failure(message, error) from None

    async def _tell_once(self, message: AgencyMessage) -> None:
        if message.agency_id != self._agency_id:
            raise PermanentError("wrong_agency", f"the message is for {message.agency_id}.")
        async with self._database.transaction() as connection:
            noted = await message_store.note(connection, new_note(message, message.clock.now()))
        if noted.outcome is not None:
            return
        tell = self._recall if message.kind == "recall" else self._inform
        outcome = await tell(message, noted)
        async with self._database.transaction() as connection:
            await message_store.settle(connection, noted, outcome, message.clock.now())
        metrics.MESSAGES.labels(self._agency_id, message.kind, outcome).inc()
        _log.info("agency.told", outcome=outcome, group=message.group)

    async def _recall(self, message: AgencyMessage, noted: Noted) -> Outcome:
        """Nothing is to be recalled where the agency has nothing; from now on it is not sent there either."""
        async with self._database.transaction() as connection:
            sent, may_arrive = await store.recall(connection, recalled(message, noted.sent_at))
        reference = await self._reference(sent)
        if reference is None and may_arrive:
            raise TransientError("assignment_on_its_way", "the assignment may still arrive at the agency.")
        if reference is None:
            return "unknown"
        return await self._say(message, noted, sent.key, reference)

    async def _inform(self, message: AgencyMessage, noted: Noted) -> Outcome:
        """Only the agency to which the assignment was sent hears it, and only while it needs it."""
        text = await self._text(message)
        if text is None:
            return "undisclosed"
        key = idempotency_key(message.case_id, message.step, message.attempt)
        async with self._database.transaction() as connection:
            sent = await store.find_by_key(connection, self._agency_id, key)
        if sent is not None and sent.recalled_at is not None:
            return "recalled"
        reference = await self._reference(sent) if sent is not None else None
        if reference is None:
            raise TransientError("assignment_not_there", "the agency does not have the assignment yet.")
        heard = await self._say(message, noted, key, reference, text)
        if heard == "unknown":
            raise PermanentError("assignment_unknown", "the agency knows no such assignment any more.")
        return heard

    async def _reference(self, sent: Sent) -> str | None:
        """The agency's own id of an assignment; asked for by our key where it is not known to us."""
        if sent.reference is not None:
            return sent.reference
        found = await self._connector.look_up(sent.key)
        return found.reference if found is not None else None

    async def _say(
        self, message: AgencyMessage, noted: Noted, key: str, reference: str, text: str | None = None
    ) -> Hearing:
        kind: MessageKind = "recall" if message.kind == "recall" else "information"
        content = MessageContent(kind, key, reference, noted.sent_at, text)
        failpoints.hit("adapter.before_message")
        heard = await self._connector.tell(content, noted.key)
        failpoints.hit("adapter.after_message")
        return heard

    async def _text(self, message: AgencyMessage) -> str | None:
        if message.sealed is None:
            raise PermanentError("content_unreadable", "the message has no content.")
        opened = await open_text(self._database, self._vault, message.sealed)
        return opened if message.kind == "information" else added(opened, message.documents, self._words)

    def _failure(self, message: AgencyMessage, error: Exception) -> ApplicationError:
        code, sentence = told_of(error)
        permanent = isinstance(error, PermanentError) and code not in MENDABLE
        metrics.MESSAGES.labels(self._agency_id, message.kind, outcome_of(error)).inc()
        _log.warning("agency.not_told", code=code, retried=not permanent, exc_info=error)
        return ApplicationError(sentence, type=code, non_retryable=permanent)
