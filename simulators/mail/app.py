"""Catches messages by SMTP, and shows them by HTTP."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Query

from simulators.clock import BusinessClock
from simulators.journal import Journal
from simulators.serving import add_probes


class Catcher:
    """The handler of the SMTP server: it answers 250 once a message is on disk."""

    def __init__(self, journal: Journal, clock: BusinessClock) -> None:
        self._journal = journal
        self._clock = clock

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Catch one message; aiosmtpd calls it by this name."""
        entry = self._journal.append(self._entry(envelope))
        return f"250 OK caught as {entry['id']}"

    def _entry(self, envelope: Envelope) -> dict[str, Any]:
        message = message_from_bytes(envelope.original_content or b"")
        headers = {name.lower(): _decoded(value) for name, value in message.raw_items()}
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
            "attachments": [_attachment(part) for part in _parts(message) if _is_attachment(part)],
        }


def create_app(journal: Journal) -> FastAPI:
    """`GET /messages?since=`: the messages caught after number `since`, in order."""
    app = FastAPI(title="Caught mail", docs_url=None, redoc_url=None)
    add_probes(app)

    @app.get("/messages")
    async def messages(
        since: int = Query(0, ge=0), limit: int = Query(1000, ge=1, le=10_000)
    ) -> dict[str, Any]:
        found = journal.since(since, limit)
        return {"messages": found, "next": found[-1]["id"] if found else since}

    return app


# The modern policy of `email` parses each header whenever it is read, which cost half of this server's time.
def _decoded(value: str) -> str:
    """A header on one line, decoded from RFC 2047 or from the UTF-8 of RFC 6532."""
    unfolded = "".join(value.splitlines())
    return str(make_header(decode_header(unfolded.encode(errors="surrogateescape").decode(errors="replace"))))


def _parts(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _is_attachment(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _attachment(part: Message) -> dict[str, Any]:
    content = _content(part)
    return {
        "name": part.get_filename(),
        "media_type": part.get_content_type(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _text(message: Message) -> str:
    """The plain text, or the HTML where there is none."""
    texts = {part.get_content_subtype(): part for part in _parts(message) if not _is_attachment(part)}
    part = texts.get("plain", texts.get("html"))
    return "" if part is None else _content(part).decode(str(part.get_content_charset("utf-8")), "replace")
