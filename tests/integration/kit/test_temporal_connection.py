"""Connecting to Temporal waits until it is there."""

import asyncio
import contextlib
import socket

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from kit import temporal


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _door(port: int, address: str) -> asyncio.Server:
    """A server on `port` behind which `address` is."""
    host, _, inner = address.rpartition(":")

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(host, int(inner))
        await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))

    return await asyncio.start_server(forward, "127.0.0.1", port)


async def _logged(logged: list[EventDict], event: str) -> None:
    while all(line["event"] != event for line in logged):  # noqa: ASYNC110  a log has no event to wait for
        await asyncio.sleep(0.05)


@pytest.mark.stack
async def test_it_waits_and_says_so(temporal_address: str) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    with capture_logs() as logged:
        connecting = asyncio.create_task(temporal.connect(f"127.0.0.1:{port}"))
        async with asyncio.timeout(30):
            await _logged(logged, "temporal.unreachable")
            door = await _door(port, temporal_address)
            client = await connecting
    assert await client.service_client.check_health()
    assert client.data_converter == temporal.data_converter
    assert [line["retry_in_s"] for line in logged][:1] == [0.5]
    door.close()


@pytest.mark.parametrize("address", ["", "localhost", ":7233", "localhost:", "localhost:temporal"])
async def test_what_is_no_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="VAHID_TEMPORAL_ADDRESS"):
        await temporal.connect(address)
