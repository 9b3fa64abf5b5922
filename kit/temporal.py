"""The connection to Temporal."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.service import GrpcCompression, RPCError

from kit.errors import PermanentError
from kit.sealed_payloads import SealingCodec, is_refused
from kit.workflow_input import StartInput

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

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The values of `payloads`.

        Raises:
            PermanentError: `payload_refused`: the codec has refused one.
            ApplicationError: the same of a workflow's input, which ends that run.
        """
        if any(is_refused(payload) for payload in payloads):
            raise _refusal(type_hints or [])
        return super().from_payloads(payloads, type_hints)


def _refusal(types: Sequence[type]) -> Exception:
    code, message = "payload_refused", "Nobody with the installation's key has sealed this for the workflow."
    if any(isinstance(type_, type) and issubclass(type_, StartInput) for type_ in types):
        return ApplicationError(message, type=code, non_retryable=True)
    return PermanentError(code, message)


_SHARED = PydanticPayloadConverter()
data_converter = DataConverter(payload_converter_class=SharedConverter)
"""How values become payloads: as JSON, by Pydantic. `connect` has them sealed on their way."""


async def connect(address: str, namespace: str = "default", *, keys: Path | None) -> Client:
    """A client of the server at `address` (`host:port`), speaking Pydantic; waits until the server is there.

    `keys` is the folder of the installation's keys, with which payloads are sealed. None leaves them open:
    only what is measured or stored as a sample may travel so.

    Each failed attempt is logged; the wait between attempts doubles up to 10 seconds. Cancel it to give up.

    Raises:
        ValueError: `address` is not `host:port`.
        PermanentError: `keys_missing` or `keys_damaged`.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"VAHID_TEMPORAL_ADDRESS is {address!r}; it should be host:port.")
    converter = (
        data_converter if keys is None else replace(data_converter, payload_codec=SealingCodec.of(keys))
    )
    wait = _FIRST_WAIT
    while True:
        try:
            return await Client.connect(
                address,
                namespace=namespace,
                data_converter=converter,
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
        self,
        address: str,
        namespace: str,
        work: Callable[[Client, asyncio.Event], Awaitable[None]],
        *,
        keys: Path,
    ) -> None:
        self._address = address
        self._namespace = namespace
        self._keys = keys
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
        connecting = asyncio.ensure_future(connect(self._address, self._namespace, keys=self._keys))
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
