"""The body of a request under a limit: read no further than allowed, discarded when refused."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

_DISCARD_BYTES = 256 * 1024 * 1024
_DISCARD_SECONDS = 10.0


class BodyTooLargeError(HTTPException):
    """The body outgrew the limit while it was read. (FastAPI passes only its own kind of error on.)"""

    def __init__(self) -> None:
        super().__init__(413)


class LimitedBody:
    """Stands between an application and `receive`; holds nothing of the body itself."""

    def __init__(self, scope: Scope, receive: Receive, limit: int) -> None:
        self._headers = Headers(scope=scope)
        self._receive = receive
        self.limit = limit
        self._taken = 0
        self._complete = False

    @property
    def declared_too_large(self) -> bool:
        """Whether the head of the request already says that its body is too large."""
        declared = self._headers.get("content-length", "0")
        return declared.isdecimal() and int(declared) > self.limit

    async def receive(self) -> Message:
        """The next part of the body.

        Raises:
            BodyTooLargeError: the limit is passed.
        """
        message = await self._next()
        if self._taken > self.limit:
            raise BodyTooLargeError
        return message

    async def discard(self) -> None:
        """Read and discard what is left, within bounds: a sender cut off in the middle sees no response.

        A sender that waits for `100 Continue` has sent nothing, and need not.
        """
        if self._taken == 0 and self._headers.get("expect", "").lower() == "100-continue":
            return
        try:
            async with asyncio.timeout(_DISCARD_SECONDS):
                while not self._complete and self._taken <= _DISCARD_BYTES:
                    await self._next()
        except TimeoutError:
            return  # the sender is too slow to be waited for; it gets its response and is cut off

    async def _next(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        return message
