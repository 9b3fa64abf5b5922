"""The body of a request under a limit: read no further than allowed, discarded when refused."""

import asyncio
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

_DISCARD_BYTES = 256 * 1024 * 1024
_DISCARD_SECONDS = 10.0


BODY_SECONDS = 30.0
"""Real seconds in which a whole body must have come, unless an application says otherwise."""
_LONGEST_LENGTH = 18
"""Digits of a length that is read as a number."""
_DISCARD_SILENCE = 1.0
"""Seconds without a byte after which a body that is discarded is not waited for."""


class BodyLimit(NamedTuple):
    """How long a body may be, in bytes, and how long it may take, in real seconds."""

    size: int
    seconds: float = BODY_SECONDS


class BodyTooSlowError(HTTPException):
    """The body did not come whole in time."""

    def __init__(self) -> None:
        super().__init__(408)


class BodyTooLargeError(HTTPException):
    """The body outgrew the limit while it was read. (FastAPI passes only its own kind of error on.)"""

    def __init__(self) -> None:
        super().__init__(413)


class LimitedBody:
    """Stands between an application and `receive`; holds nothing of the body itself."""

    def __init__(self, scope: Scope, receive: Receive, limit: BodyLimit) -> None:
        self._headers = Headers(scope=scope)
        self._receive = receive
        self.limit = limit.size
        self._until = asyncio.get_running_loop().time() + limit.seconds
        self._taken = 0
        self._complete = False

    @property
    def declared_too_large(self) -> bool:
        """Whether the head of the request already says that its body is too large."""
        declared = self._headers.get("content-length", "0")
        return declared.isdecimal() and (len(declared) > _LONGEST_LENGTH or int(declared) > self.limit)

    async def receive(self) -> Message:
        """The next part of the body.

        Raises:
            BodyTooLargeError: the limit is passed.
            BodyTooSlowError: the time is over before the body is whole.
        """
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._next()
        except TimeoutError:
            raise BodyTooSlowError from None
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
                    async with asyncio.timeout(_DISCARD_SILENCE):
                        await self._next()
        except TimeoutError:
            return  # the sender is too slow to be waited for; it gets its response and is cut off

    async def _next(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        return message
