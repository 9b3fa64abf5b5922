"""E-mail by SMTP (RFC 5321).

Until the server is given the text (DATA), nothing was sent, and any failure is clean. After that only the
server's own answer tells: without one, nobody knows whether the message went out.
"""

import asyncio
from email.message import EmailMessage
from email.policy import SMTP as ASCII_POLICY
from email.policy import SMTPUTF8 as UTF8_POLICY
from email.utils import format_datetime

import structlog
from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from aiosmtplib.errors import SMTPDataError

from kit.clock import Clock
from schemas.appeals import NoticeChannel
from services.notifier.gateways.gateway import ProviderUnreachableError
from services.notifier.message_composer import OutgoingMessage
from services.notifier.outcomes import Delivery, NotTaken, Refused, Sent, Unknown
from services.notifier.settings import NotifierSettings

_log = structlog.get_logger()


class MailGateway:
    """One SMTP session, opened when needed and kept from message to message."""

    channel: NoticeChannel = "email"
    repeatable = False

    def __init__(self, settings: NotifierSettings, clock: Clock) -> None:
        self._sender = settings.mail_from
        self._clock = clock
        self._seconds = settings.send_seconds
        self._server = f"{settings.smtp_host}:{settings.smtp_port}"
        password = settings.smtp_password
        self._smtp = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=password.get_secret_value() if password else None,
            start_tls=settings.smtp_start_tls,
            timeout=settings.send_seconds,
        )

    async def ready(self) -> None:
        """Open the session if it is not open.

        Raises:
            ProviderUnreachableError: the server refused, or did not answer.
        """
        if self._smtp.is_connected:
            return
        try:
            await self._smtp.connect()
            await self._smtp.ehlo()
        except (SMTPException, OSError) as error:
            self._smtp.close()
            raise ProviderUnreachableError(
                "smtp_unreachable",
                f"The mail server {self._server} cannot be reached: {type(error).__name__}.",
                remedy="Start it, or set VAHID_SMTP_HOST and VAHID_SMTP_PORT.",
            ) from error

    async def deliver(self, message: OutgoingMessage) -> Delivery:
        """Hand one e-mail over."""
        message_id = f"<{message.notification_id}@{self._sender.rpartition('@')[2]}>"
        if not message.to.isascii() and not self._smtp.supports_extension("smtputf8"):
            return Refused("smtputf8_missing")
        content = self._compose(message, message_id)
        before = await self._address(message)
        return before if before is not None else await self._data(content, message_id)

    async def close(self) -> None:
        """End the session."""
        if self._smtp.is_connected:
            try:
                await self._smtp.quit()
            except (SMTPException, OSError) as error:
                _log.debug("smtp.quit_failed", error=type(error).__name__)
        self._smtp.close()

    async def _address(self, message: OutgoingMessage) -> Delivery | None:
        """Name sender and recipient; None when the server takes both."""
        try:
            async with asyncio.timeout(self._seconds):
                options = [] if message.to.isascii() else ["SMTPUTF8"]  # RFC 6531
                await self._smtp.mail(self._sender, options=options)
                await self._smtp.rcpt(message.to, encoding="utf-8")
        except SMTPResponseException as error:
            self._smtp.close()
            return _answered(error)
        except (SMTPException, OSError):
            self._smtp.close()
            return NotTaken("connection_lost")
        return None

    async def _data(self, content: bytes, message_id: str) -> Delivery:
        try:
            async with asyncio.timeout(self._seconds):
                await self._smtp.data(content)
        except SMTPDataError as error:
            self._smtp.close()
            return _answered(error)
        except (SMTPException, OSError):
            self._smtp.close()
            return Unknown("no_answer")
        return Sent(message_id)

    def _compose(self, message: OutgoingMessage, message_id: str) -> bytes:
        mail = EmailMessage(policy=ASCII_POLICY if message.to.isascii() else UTF8_POLICY)
        mail["From"] = self._sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies
        mail.set_content(message.text)
        for file in message.attachments:
            kind, _, subtype = file.media_type.partition("/")
            mail.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
        return mail.as_bytes()


def _answered(error: SMTPResponseException) -> Delivery:
    """RFC 5321, 4.2.1: 4yz may succeed later, 5yz will not."""
    return Refused(f"smtp_{error.code}") if error.code >= 500 else NotTaken(f"smtp_{error.code}")
