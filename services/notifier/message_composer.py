"""Opens sealed content and composes messages. What is open stays in memory, only until it is sent."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import structlog
from jinja2 import TemplateError
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.model import Catalogue
from kit.contacts import folded_contact
from kit.errors import PermanentError
from kit.vault import KeyDestroyedError, Vault, key_id_of
from schemas.appeals import AppealContent, AppealReceived, NoticeChannel
from schemas.frozen import Code, Sealed
from services.notifier.answer_document import answer_document, as_html, as_pdf
from services.notifier.contacts import contacts_of
from services.notifier.digest import CaseDeadline, render_digest
from services.notifier.model import Notification, Recipient
from services.notifier.notices import AnswerNotice, DeadlineNotice
from services.notifier.officials import official_contact_of
from services.notifier.wording import render_notice

_log = structlog.get_logger()


@dataclass(frozen=True)
class AttachedFile:
    """A file that goes with a message; `media_type` as `application/pdf`. Its content is personal."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class OutgoingMessage:
    """A message ready to send. Address, text and files are personal."""

    notification_id: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[AttachedFile, ...] = ()


@dataclass(frozen=True)
class NotComposed:
    """There is no message: nobody is to get it any more (`skipped`), or composing it failed (`failed`)."""

    state: Literal["skipped", "failed"]
    reason: Code


class MessageComposer:
    """Opens sealed content with the vault, and renders notices by the catalogue."""

    def __init__(self, vault: Vault, catalogue: Catalogue) -> None:
        self._vault = vault
        self._catalogue = catalogue

    async def recipient_of(
        self, connection: AsyncConnection, appeal: AppealReceived, seq: int, case_id: str
    ) -> Recipient:
        """The recipient who brought `appeal` to the case `case_id` by its event `seq`.

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

    async def compose(
        self, connection: AsyncConnection, notification: Notification, sealed: Sealed
    ) -> OutgoingMessage | NotComposed:
        """The message to an applicant; `sealed` is the content of the appeal that holds the contact."""
        notice, channel, language = notification.notice, notification.channel, notification.language
        assert not isinstance(notice, DeadlineNotice)  # compose_digest composes those
        try:
            contacts = contacts_of(await self._content(connection, sealed))
            notes = await self._open_all(connection, notice.sealed_notes)
            message = render_notice(self._catalogue, notice, channel, language, notes)
            files = await self._files(notification, notes)
        except KeyDestroyedError:
            return NotComposed("skipped", "forgotten")
        except PermanentError as error:
            return NotComposed("failed", error.code)
        except TemplateError:
            return NotComposed("failed", "template_broken")
        if channel not in contacts:
            return NotComposed("skipped", "no_contact")
        identity, to = notification.notification_id, contacts[channel]
        return OutgoingMessage(identity, to, message.subject or "", message.body, files)

    def compose_digest(self, notifications: Sequence[Notification]) -> OutgoingMessage | NotComposed:
        """The one message of all these notifications to the same official."""
        first = notifications[0]
        official = official_contact_of(self._catalogue, first.recipient)
        if official is None:
            return NotComposed("skipped", "no_contact")
        deadlines = [
            CaseDeadline(each.case_id, each.notice)
            for each in notifications
            if isinstance(each.notice, DeadlineNotice)
        ]
        try:
            message = render_digest(self._catalogue, official, deadlines, first.language)
        except TemplateError:
            return NotComposed("failed", "template_broken")
        return OutgoingMessage(first.notification_id, official.address, message.subject or "", message.body)

    async def _files(self, notification: Notification, notes: Mapping[str, str]) -> tuple[AttachedFile, ...]:
        """The answer as a document, on the channel that can carry one."""
        answer = notification.notice
        if not isinstance(answer, AnswerNotice) or notification.channel != "email":
            return ()
        document = answer_document(self._catalogue, answer, notification.language, notes)
        name = f"answer-{answer.tracking_numbers[0]}"
        page = AttachedFile(f"{name}.html", "text/html", as_html(document).encode(errors="replace"))
        pdf = await asyncio.to_thread(as_pdf, document)
        if pdf is None:
            _log.warning("notification.without_pdf", notification_id=notification.notification_id)
            return (page,)
        return (AttachedFile(f"{name}.pdf", "application/pdf", pdf), page)

    async def _open_all(
        self, connection: AsyncConnection, sealed_notes: Mapping[str, Sealed]
    ) -> dict[str, str]:
        return {
            key: (await self._vault.open(connection, note)).decode(errors="replace")
            for key, note in sealed_notes.items()
        }

    async def _content(self, connection: AsyncConnection, sealed: Sealed) -> AppealContent:
        opened = await self._vault.open(connection, sealed)
        try:
            return AppealContent.model_validate_json(opened)
        except ValidationError:  # its message would quote what was sealed
            key_id = key_id_of(sealed)
        raise PermanentError("content_invalid", f"The content sealed by data key {key_id} is no appeal.")

    def _index(self, channel: NoticeChannel, contact: str) -> str:
        return self._vault.blind_index(folded_contact(channel, contact))
