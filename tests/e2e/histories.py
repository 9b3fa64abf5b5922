"""Workflow histories with the seal of their payloads taken off."""

from collections.abc import Iterator

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import WorkflowSerializationContext


async def opened(history: WorkflowHistory, client: Client, workflow_id: str) -> list[bytes]:
    """The data of each payload in `history`, opened with the key of `client`."""
    codec = client.data_converter.with_context(
        WorkflowSerializationContext(client.namespace, workflow_id)
    ).payload_codec
    assert codec is not None
    payloads = [payload for event in history.events for payload in _payloads(event)]
    return [payload.data for payload in await codec.decode(payloads)]


def _payloads(message: Message) -> Iterator[Payload]:
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            parts = [part for part in value.values() if isinstance(part, Message)]
        else:
            parts = list(value) if field.is_repeated else [value]
        for part in parts:
            yield from _payloads(part)
