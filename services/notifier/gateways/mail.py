"""E-mail by SMTP (RFC 5321).

Until the server gets the text (DATA), nothing is sent, and any failure is certain. After that only the
server's reply is certain: without one, the message may or may not have been sent.
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
from services.notifier.outcomes import NotSent, Refused, SendOutcome, Sent, Unknown
from services.notifier.settings import NotifierSettings

_log = structlog.get_logger()


class MailGateway:
    """One SMTP session, opened when needed and kept from message to message."""

    channel: NoticeChannel = "email"
    idempotent = False

    def __init__(self, settings: NotifierSettings, clock: Clock) -> None:
        self._from = settings.mail_from
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

    async def send(self, message: OutgoingMessage) -> SendOutcome:
        """Send one e-mail."""
        message_id = f"<{message.notification_id}@{self._from.rpartition('@')[2]}>"
        if not message.to.isascii() and not self._smtp.supports_extension("smtputf8"):
            return Refused("smtputf8_missing")
        content = self._encoded(message, message_id)
        failed = await self._address(message)
        return failed if failed is not None else await self._data(content, message_id)

    async def close(self) -> None:
        """End the session."""
        if self._smtp.is_connected:
            try:
                await self._smtp.quit()
            except (SMTPException, OSError) as error:
                _log.debug("smtp.quit_failed", error=type(error).__name__)
        self._smtp.close()

    async def _address(self, message: OutgoingMessage) -> SendOutcome | None:
        """Name sender and recipient; None when the server accepts both."""
        try:
            async with asyncio.timeout(self._seconds):
                options = [] if message.to.isascii() else ["SMTPUTF8"]  # RFC 6531
                await self._smtp.mail(self._from, options=options)
                await self._smtp.rcpt(message.to, encoding="utf-8")
        except SMTPResponseException as error:
            self._smtp.close()
            return _outcome_of(error)
        except (SMTPException, OSError):
            self._smtp.close()
            return NotSent("connection_lost")
        return None

    async def _data(self, content: bytes, message_id: str) -> SendOutcome:
        try:
            async with asyncio.timeout(self._seconds):
                await self._smtp.data(content)
        except SMTPDataError as error:
            self._smtp.close()
            return _outcome_of(error)
        except (SMTPException, OSError):
            self._smtp.close()
            return Unknown("no_response")
        return Sent(message_id)

    def _encoded(self, message: OutgoingMessage, message_id: str) -> bytes:
        mail = EmailMessage(policy=ASCII_POLICY if message.to.isascii() else UTF8_POLICY)
        mail["From"] = self._from
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies
        mail.set_content(message.text)
        for file in message.files:
            kind, _, subtype = file.media_type.partition("/")
            mail.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
        return mail.as_bytes()


def _outcome_of(error: SMTPResponseException) -> SendOutcome:
    """RFC 5321, 4.2.1: 4yz may succeed later, 5yz will not."""
    return Refused(f"smtp_{error.code}") if error.code >= 500 else NotSent(f"smtp_{error.code}")
