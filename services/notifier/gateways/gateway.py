"""What every provider looks like to a sender."""

from typing import Protocol

from kit.errors import TransientError
from schemas.appeals import NoticeChannel
from services.notifier.message_composer import OutgoingMessage
from services.notifier.outcomes import Delivery


class ProviderUnreachableError(TransientError):
    """The provider cannot be reached now; nothing was handed over."""


class Gateway(Protocol):
    """A way to one provider, used by one sender at a time.

    `repeatable`: the provider knows a message by its notification id, so that handing it over again is safe.
    """

    channel: NoticeChannel
    repeatable: bool

    async def ready(self) -> None:
        """Make sure that the provider can be reached, before a message is taken up.

        Raises:
            ProviderUnreachableError: it cannot.
        """

    async def deliver(self, message: OutgoingMessage) -> Delivery:
        """Hand a letter over. Says what became of it and raises nothing of the network."""

    async def close(self) -> None:
        """Let go of the connection."""
