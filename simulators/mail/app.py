"""What the catching server does with a message, and how it shows what it has caught."""

import hashlib
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Query

from simulators.clock import BusinessClock
from simulators.journal import Journal
from simulators.serving import add_probes


class Catcher:
    """The handler of the SMTP server: a message is on disk before it is answered with 250."""

    def __init__(self, journal: Journal, clock: BusinessClock) -> None:
        self._journal = journal
        self._clock = clock

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """One received message; aiosmtpd calls it by this name."""
        entry = self._journal.append(self._entry(envelope))
        return f"250 OK caught as {entry['id']}"

    def _entry(self, envelope: Envelope) -> dict[str, Any]:
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        headers = {name.lower(): str(value) for name, value in message.items()}
        real = datetime.now(UTC)
        return {
            "at": real.isoformat(timespec="milliseconds"),
            "business_at": self._clock.at(real).isoformat(timespec="milliseconds"),
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "message_id": headers.get("message-id", ""),
            "subject": headers.get("subject", ""),
            "headers": headers,
            "text": _text(message),
            "attachments": [_attachment(part) for part in message.iter_attachments()],
        }


def create_app(journal: Journal) -> FastAPI:
    """`GET /messages?since=`: what was caught after message `since`, in order."""
    app = FastAPI(title="Caught mail", docs_url=None, redoc_url=None)
    add_probes(app)

    @app.get("/messages")
    async def messages(
        since: int = Query(0, ge=0), limit: int = Query(1000, ge=1, le=10_000)
    ) -> dict[str, Any]:
        found = journal.since(since, limit)
        return {"messages": found, "next": found[-1]["id"] if found else since}

    return app


def _attachment(part: EmailMessage) -> dict[str, Any]:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return {
        "name": part.get_filename(),
        "media_type": part.get_content_type(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    return "" if body is None else str(body.get_content())
