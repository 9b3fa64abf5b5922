"""The connection to Temporal."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import structlog
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter
from temporalio.service import GrpcCompression, RPCError

if TYPE_CHECKING:  # only a process that has workers loads what they need
    from temporalio.worker import Worker

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
                # Payloads are small, and sealed content does not shrink: compression does not pay.
                grpc_compression=GrpcCompression.NONE,
            )
        # RuntimeError is what the SDK raises where no connection can be made.
        except (RuntimeError, RPCError) as error:
            _log.warning("temporal.unreachable", address=address, retry_in_s=wait, error=type(error).__name__)
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)


class TemporalTask:
    """A task of a service that needs Temporal: `work` begins once the server answers.

    A stop while the server is away ends the task at once.
    """

    def __init__(
        self, address: str, namespace: str, work: Callable[[Client, asyncio.Event], Awaitable[None]]
    ) -> None:
        self._address = address
        self._namespace = namespace
        self._work = work
        self._connected = False

    def connected(self) -> bool:
        """Whether the server has answered, so that the work has begun."""
        return self._connected

    async def run(self, stop: asyncio.Event) -> None:
        """Wait for the server, then work until `stop` is set.

        Raises:
            ValueError: the address is not `host:port`.
        """
        client = await self._client_before(stop)
        if client is not None:
            self._connected = True
            await self._work(client, stop)

    async def _client_before(self, stop: asyncio.Event) -> Client | None:
        connecting = asyncio.ensure_future(connect(self._address, self._namespace))
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([connecting, stopping], return_when=asyncio.FIRST_COMPLETED)
            return connecting.result() if connecting.done() else None
        finally:
            connecting.cancel()
            stopping.cancel()


async def run_workers(workers: "Sequence[Worker]", stop: asyncio.Event) -> None:
    """Run `workers` until `stop` is set, then shut all of them down together, within their grace.

    One that fails ends the others, and its error is raised.
    """
    running = [asyncio.create_task(worker.run()) for worker in workers]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await asyncio.gather(*(worker.shutdown() for worker in workers))
    await asyncio.gather(*running)
