"""Who may call intake: each channel by an API key of its own, with the scope of that channel."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from fastapi import Header

from schemas.appeals import Channel

CHANNELS: tuple[str, ...] = get_args(Channel)
EARLIER_RECEIPT = "intake:earlier_receipt"
"""The scope of a key that may enter appeals that were received on paper before."""
EARLIER_RECEIPT_SCOPES = (EARLIER_RECEIPT, "intake:import")
EVERY_SCOPE = tuple(f"intake:{channel}" for channel in CHANNELS)

Authorization = Annotated[str | None, Header(alias="Authorization", include_in_schema=False)]
"""Described by the security scheme of the routes that need it."""


def channel_of(body: Mapping[str, Any]) -> str | None:
    """The channel that an appeal names; None where there is no such channel."""
    channel = body.get("channel")
    return channel if isinstance(channel, str) and channel in CHANNELS else None


def scopes_of(channel: str | None) -> tuple[str, ...]:
    """A caller needs one of these scopes: that of the channel, or any where no channel is named."""
    return (f"intake:{channel}",) if channel else EVERY_SCOPE
