"""SMS by an HTTP gateway: `POST /messages {"to", "text", "client_reference"}` → `{"message_id"}`.

The gateway recognises a message by our reference: it responds to a repeated one as to the first, with 409
when the text has changed since. So an unknown outcome is resolved by sending again.
"""

import asyncio
from http import HTTPStatus

import aiohttp

from kit.foreign_json import read_json
from schemas.appeals import NoticeChannel
from services.notifier.message_composer import OutgoingMessage
from services.notifier.outcomes import NotSent, Refused, SendOutcome, Sent, Unknown
from services.notifier.settings import NotifierSettings

_TRANSIENT = frozenset({401, 403, 404, 408, 425, 429})
"""Not the message's fault: our token or address (an operator corrects it), or the gateway is busy."""


class SmsGateway:
    """The connection to the SMS gateway."""

    channel: NoticeChannel = "sms"
    idempotent = True

    def __init__(self, settings: NotifierSettings) -> None:
        self._url = f"{settings.sms_url.rstrip('/')}/messages"
        self._headers = {"Authorization": f"Bearer {settings.sms_token.get_secret_value()}"}
        self._seconds = settings.send_seconds
        self._session: aiohttp.ClientSession | None = None

    async def ready(self) -> None:
        """Nothing to prepare: a message that does not get through is safe to send again."""

    async def send(self, message: OutgoingMessage) -> SendOutcome:
        """Send one SMS."""
        body = {"to": message.to, "text": message.text, "client_reference": message.notification_id}
        try:
            async with asyncio.timeout(self._seconds):
                status, content = await self._request("POST", self._url, body)
                if status == HTTPStatus.CONFLICT:
                    status, content = await self._request("GET", f"{self._url}/{message.notification_id}")
        except aiohttp.ClientConnectorError:
            return NotSent("connection_refused")
        except (aiohttp.ClientError, TimeoutError):
            return Unknown("no_response")
        return _read(status, content)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _request(self, method: str, url: str, body: object = None) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers)
        async with self._session.request(method, url, json=body, allow_redirects=False) as response:
            return response.status, await response.read()


def _read(status: int, content: bytes) -> SendOutcome:
    if 200 <= status < 300:
        return _accepted(content)
    code = f"http_{status}"
    if 400 <= status < 500 and status not in _TRANSIENT:
        return Refused(code)
    return NotSent(code)


def _accepted(content: bytes) -> SendOutcome:
    try:
        return Sent(str(read_json(content)["message_id"]))
    except (ValueError, KeyError, TypeError):
        return Unknown("response_unreadable")
