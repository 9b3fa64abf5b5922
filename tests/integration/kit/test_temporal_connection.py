"""Connecting to Temporal waits until it is there."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict
from temporalio.client import Client

from kit import temporal
from tests.integration.service import free_port


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _gate(port: int, address: str) -> asyncio.Server:
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
    port = free_port()
    with capture_logs() as logged:
        connecting = asyncio.create_task(temporal.connect(f"127.0.0.1:{port}", keys=None))
        async with asyncio.timeout(30):
            await _logged(logged, "temporal.unreachable")
            gate = await _gate(port, temporal_address)
            client = await connecting
    assert await client.service_client.check_health()
    assert client.data_converter == temporal.data_converter
    assert [line["retry_in_s"] for line in logged][:1] == [0.5]
    gate.close()


@pytest.mark.parametrize("address", ["", "localhost", ":7233", "localhost:", "localhost:temporal"])
async def test_what_is_no_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="VAHID_TEMPORAL_ADDRESS"):
        await temporal.connect(address, keys=None)


async def test_a_task_that_is_stopped_while_it_is_away_ends_at_once_and_never_begins(keys: Path) -> None:
    begun: list[Client] = []

    async def work(client: Client, stop: asyncio.Event) -> None:
        begun.append(client)

    stop = asyncio.Event()
    task = temporal.TemporalTask(f"127.0.0.1:{free_port()}", "default", work, keys=keys)
    with capture_logs() as logged:
        running = asyncio.create_task(task.run(stop))
        async with asyncio.timeout(30):
            await _logged(logged, "temporal.unreachable")
            assert not task.connected()
            stop.set()
            await running
    assert begun == []
    assert not task.connected()


@pytest.mark.stack
async def test_a_task_begins_when_it_answers_and_works_until_it_is_stopped(
    temporal_address: str, keys: Path
) -> None:
    stop = asyncio.Event()

    async def work(client: Client, stopped: asyncio.Event) -> None:
        assert await client.service_client.check_health()
        assert task.connected()
        stop.set()
        await stopped.wait()

    task = temporal.TemporalTask(temporal_address, "default", work, keys=keys)
    async with asyncio.timeout(30):
        await task.run(stop)
