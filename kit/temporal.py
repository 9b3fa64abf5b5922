"""The connection to Temporal."""

import asyncio

import structlog
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter
from temporalio.service import GrpcCompression, RPCError

_log = structlog.get_logger()
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 10.0


class SharedConverter(PydanticPayloadConverter):
    """Pydantic's converter, one for the process.

    The SDK makes one for each run of a workflow and for each of its tasks; each would build the adapters
    of the types that it meets anew, at a millisecond for a union as wide as a case's commands.
    """

    def __init__(self) -> None:
        self.converters = _SHARED.converters


_SHARED = PydanticPayloadConverter()
data_converter = DataConverter(payload_converter_class=SharedConverter)
"""How values travel to and from Temporal: as JSON, by Pydantic."""


async def connect(address: str, namespace: str = "default") -> Client:
    """A client of the server at `address` (`host:port`), speaking Pydantic; waits until the server is there.

    Each failed attempt is logged; the wait between attempts doubles up to 10 seconds. Cancel it to give up.

    Raises:
        ValueError: `address` is not `host:port`.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"VAHID_TEMPORAL_ADDRESS is {address!r}; it should be host:port.")
    wait = _FIRST_WAIT
    while True:
        try:
            return await Client.connect(
                address,
                namespace=namespace,
                data_converter=data_converter,
                # Payloads are small, and what is sealed does not shrink: packing would be work for little.
                grpc_compression=GrpcCompression.NONE,
            )
        # RuntimeError is what the SDK raises where no connection can be made.
        except (RuntimeError, RPCError) as error:
            _log.warning("temporal.unreachable", address=address, retry_in_s=wait, error=type(error).__name__)
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)
