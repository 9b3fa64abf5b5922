"""SMS by an HTTP gateway: `POST /messages {"to", "text", "client_reference"}` → `{"message_id"}`.

The gateway knows a message by our reference: it answers a repeated one as it did the first, with 409 when the
words have changed since. So an unknown outcome is resolved by asking again.
"""

import asyncio

import httpx

from schemas.appeals import NoticeChannel
from services.notifier.letters import Letter
from services.notifier.outcomes import Delivery, NotTaken, Refused, Sent, Unknown
from services.notifier.settings import NotifierSettings

_WILL_PASS = frozenset({401, 403, 404, 408, 425, 429})
"""Not the message's fault: our token or address (an operator's to mend), or the gateway is busy."""


class SmsGateway:
    """The way to the SMS gateway."""

    channel: NoticeChannel = "sms"
    repeatable = True

    def __init__(self, settings: NotifierSettings) -> None:
        self._seconds = settings.send_seconds
        self._client = httpx.AsyncClient(
            base_url=settings.sms_url,
            headers={"Authorization": f"Bearer {settings.sms_token.get_secret_value()}"},
            timeout=settings.send_seconds,
        )

    async def ready(self) -> None:
        """Nothing to prepare: a message that does not get through is safe to repeat."""

    async def deliver(self, letter: Letter) -> Delivery:
        """Hand one SMS over."""
        body = {"to": letter.to, "text": letter.text, "client_reference": letter.notification_id}
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.post("/messages", json=body)
                if response.status_code == httpx.codes.CONFLICT:
                    response = await self._client.get(f"/messages/{letter.notification_id}")
        except httpx.ConnectError:
            return NotTaken("connection_refused")
        except (httpx.TransportError, TimeoutError):
            return Unknown("no_answer")
        return _read(response)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _read(response: httpx.Response) -> Delivery:
    if response.is_success:
        return _accepted(response)
    code = f"http_{response.status_code}"
    if response.is_client_error and response.status_code not in _WILL_PASS:
        return Refused(code)
    return NotTaken(code)


def _accepted(response: httpx.Response) -> Delivery:
    try:
        return Sent(str(response.json()["message_id"]))
    except (ValueError, KeyError, TypeError):
        return Unknown("answer_unreadable")
