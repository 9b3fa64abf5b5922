"""The contract of every gateway."""

from typing import Protocol

from kit.errors import TransientError
from schemas.appeals import NoticeChannel
from services.notifier.message_composer import OutgoingMessage
from services.notifier.outcomes import SendOutcome


class ProviderUnreachableError(TransientError):
    """The provider cannot be reached now; nothing was sent."""


class Gateway(Protocol):
    """The connection to one provider, used by one sender at a time.

    `idempotent`: the provider recognises a message by its notification id, so that sending it again is safe.
    """

    channel: NoticeChannel
    idempotent: bool

    async def ready(self) -> None:
        """Ensure that the provider can be reached, before a message is taken.

        Raises:
            ProviderUnreachableError: it cannot.
        """

    async def send(self, message: OutgoingMessage) -> SendOutcome:
        """Send a message. Network failures are outcomes, not errors."""

    async def close(self) -> None:
        """Close the connection."""
