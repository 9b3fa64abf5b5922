"""SMS by an HTTP gateway: `POST /messages {"to", "text", "client_reference"}` → `{"message_id"}`.

The gateway knows a message by our reference: it answers a repeated one as it did the first, with 409 when the
words have changed since. So an unknown outcome is resolved by asking again.
"""

import asyncio
import json
from http import HTTPStatus

import aiohttp

from schemas.appeals import NoticeChannel
from services.notifier.message_composer import OutgoingMessage
from services.notifier.outcomes import Delivery, NotTaken, Refused, Sent, Unknown
from services.notifier.settings import NotifierSettings

_WILL_PASS = frozenset({401, 403, 404, 408, 425, 429})
"""Not the message's fault: our token or address (an operator's to mend), or the gateway is busy."""


class SmsGateway:
    """The way to the SMS gateway."""

    channel: NoticeChannel = "sms"
    repeatable = True

    def __init__(self, settings: NotifierSettings) -> None:
        self._url = f"{settings.sms_url.rstrip('/')}/messages"
        self._headers = {"Authorization": f"Bearer {settings.sms_token.get_secret_value()}"}
        self._seconds = settings.send_seconds
        self._session: aiohttp.ClientSession | None = None

    async def ready(self) -> None:
        """Nothing to prepare: a message that does not get through is safe to repeat."""

    async def deliver(self, message: OutgoingMessage) -> Delivery:
        """Hand one SMS over."""
        body = {"to": message.to, "text": message.text, "client_reference": message.notification_id}
        try:
            async with asyncio.timeout(self._seconds):
                status, content = await self._ask("POST", self._url, body)
                if status == HTTPStatus.CONFLICT:
                    status, content = await self._ask("GET", f"{self._url}/{message.notification_id}")
        except aiohttp.ClientConnectorError:
            return NotTaken("connection_refused")
        except (aiohttp.ClientError, TimeoutError):
            return Unknown("no_answer")
        return _read(status, content)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask(self, method: str, url: str, body: object = None) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers)
        async with self._session.request(method, url, json=body, allow_redirects=False) as answer:
            return answer.status, await answer.read()


def _read(status: int, content: bytes) -> Delivery:
    if 200 <= status < 300:
        return _accepted(content)
    code = f"http_{status}"
    if 400 <= status < 500 and status not in _WILL_PASS:
        return Refused(code)
    return NotTaken(code)


def _accepted(content: bytes) -> Delivery:
    try:
        return Sent(str(json.loads(content)["message_id"]))
    except (ValueError, KeyError, TypeError):
        return Unknown("answer_unreadable")
