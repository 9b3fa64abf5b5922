"""Opens what is sealed and writes the letter. What is open stays in memory, as long as it takes to send."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from jinja2 import TemplateError
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.model import Catalogue
from kit.errors import PermanentError
from kit.vault import KeyDestroyedError, Vault, key_id_of
from schemas.appeals import AppealContent, AppealReceived, NoticeChannel
from schemas.frozen import Code, Sealed
from services.notifier.answer_document import answer_document, as_html, as_pdf
from services.notifier.contacts import contacts_of
from services.notifier.digest import word_digest
from services.notifier.model import Answer, Deadline, Notification, Recipient
from services.notifier.officials import office_of, opening
from services.notifier.wording import word


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter; `media_type` as `application/pdf`. Its content is personal."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class OutgoingMessage:
    """A message ready to go. Address, text and attachments are personal."""

    notification_id: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Unwritten:
    """There is no letter: nobody is to get it any more (`skipped`), or it cannot be written (`failed`)."""

    state: Literal["skipped", "failed"]
    reason: Code


class MessageComposer:
    """Opens sealed content with the vault, and words messages by the catalogue."""

    def __init__(self, vault: Vault, catalogue: Catalogue) -> None:
        self._vault = vault
        self._catalogue = catalogue

    async def recipient(
        self, connection: AsyncConnection, appeal: AppealReceived, seq: int, case_id: str
    ) -> Recipient:
        """Who brought `appeal` to the case `case_id` by its event `seq`.

        Raises:
            PermanentError: the sealed content does not open, or is no appeal.
        """
        try:
            contacts = contacts_of(await self._content(connection, appeal.sealed))
            forgotten = False
        except KeyDestroyedError:
            contacts, forgotten = {}, True
        return Recipient(
            case_id=case_id,
            appeal_id=appeal.appeal_id,
            seq=seq,
            tracking_number=appeal.tracking_number,
            language=appeal.language,
            notice_channels=appeal.notice_channels,
            contacts={channel: self._index(channel, contact) for channel, contact in contacts.items()},
            sealed=appeal.sealed,
            forgotten=forgotten,
        )

    async def write(
        self, connection: AsyncConnection, notification: Notification, sealed: Sealed
    ) -> OutgoingMessage | Unwritten:
        """The letter to an applicant; `sealed` is the content of the appeal that it answers to."""
        assert not isinstance(notification.message, Deadline)  # an official's is written by write_digest
        try:
            contacts = contacts_of(await self._content(connection, sealed))
            notes = await self._notes(connection, notification)
            message = word(
                self._catalogue, notification.message, notification.channel, notification.language, notes
            )
            attachments = await self._attachments(notification, notes)
        except KeyDestroyedError:
            return Unwritten("skipped", "forgotten")
        except PermanentError as error:
            return Unwritten("failed", error.code)
        except TemplateError:
            return Unwritten("failed", "template_broken")
        if notification.channel not in contacts:
            return Unwritten("skipped", "no_contact")
        to = contacts[notification.channel]
        return OutgoingMessage(
            notification.notification_id, to, message.subject or "", message.body, attachments
        )

    def write_digest(self, notifications: Sequence[Notification]) -> OutgoingMessage | Unwritten:
        """The one letter of all these notifications to the same official."""
        first = notifications[0]
        office = office_of(self._catalogue, first.recipient)
        if office is None:
            return Unwritten("skipped", "no_contact")
        told = [(one.case_id, one.message) for one in notifications if isinstance(one.message, Deadline)]
        try:
            message = word_digest(self._catalogue, office, told, first.language)
        except TemplateError:
            return Unwritten("failed", "template_broken")
        return OutgoingMessage(first.notification_id, office.contact, message.subject or "", message.body)

    def opening(self, notification: Notification, at: datetime) -> datetime:
        """The first instant (business time), from `at` on, at which the recipient may be written to."""
        return opening(self._catalogue, notification.recipient, at)

    async def _attachments(
        self, notification: Notification, notes: Mapping[str, str]
    ) -> tuple[Attachment, ...]:
        """The answer as a document, on the channel that can carry one."""
        answer = notification.message
        if not isinstance(answer, Answer) or notification.channel != "email":
            return ()
        document = answer_document(self._catalogue, answer, notification.language, notes)
        pdf = await asyncio.to_thread(as_pdf, document)
        name = f"answer-{answer.tracking_numbers[0]}"
        return (
            Attachment(f"{name}.pdf", "application/pdf", pdf),
            Attachment(f"{name}.html", "text/html", as_html(document).encode()),
        )

    async def _notes(self, connection: AsyncConnection, notification: Notification) -> dict[str, str]:
        return {
            whose: (await self._vault.open(connection, note)).decode(errors="replace")
            for whose, note in notification.message.sealed_notes.items()
        }

    async def _content(self, connection: AsyncConnection, sealed: Sealed) -> AppealContent:
        opened = await self._vault.open(connection, sealed)
        try:
            return AppealContent.model_validate_json(opened)
        except ValidationError:  # its message would quote what was sealed
            key_id = key_id_of(sealed)
        raise PermanentError("content_invalid", f"The content sealed by data key {key_id} is no appeal.")

    def _index(self, channel: NoticeChannel, contact: str) -> str:
        return self._vault.blind_index(f"{channel}:{contact}")
