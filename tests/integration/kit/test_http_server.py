"""The server as a process: it starts, stops, refuses a taken port, and is not filled up."""

import asyncio
import contextlib
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import psutil
import pytest

_PROGRAM = """
import asyncio, sys
from kit import log
from kit.http import serve
from kit.process import run, run_until_stopped
from tests.unit.kit.http_app import application

async def other(stop, how):
    if how == "fails":
        raise ValueError("Ayten Mammadova")
    if how == "returns":
        return
    if how == "hangs":
        await asyncio.sleep(3600)
    await stop.wait()

async def main(port, how):
    stop = asyncio.Event()
    await run_until_stopped(serve(application(), "127.0.0.1", port, stop), other(stop, how), stop=stop)

log.configure("people")
run(main(int(sys.argv[1]), sys.argv[2]))
"""


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _start(port: int, how: str = "runs") -> Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-c", _PROGRAM, str(port), how, stderr=PIPE)


async def _answers(url: str) -> None:
    async with asyncio.timeout(20), httpx2.AsyncClient() as client:
        while True:
            with contextlib.suppress(httpx2.TransportError):
                await client.get(url + "/healthz")
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _running(how: str = "runs") -> AsyncIterator[tuple[Process, str]]:
    port = _free_port()
    process, url = await _start(port, how), f"http://127.0.0.1:{port}"
    try:
        await _answers(url)
        yield process, url
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _says(process: Process, event: str) -> None:
    assert process.stderr is not None
    async with asyncio.timeout(20):
        while event.encode() not in await process.stderr.readline():
            pass


async def _shows(client: httpx2.AsyncClient, url: str, sample: str) -> None:
    async with asyncio.timeout(20):
        while sample not in (await client.get(url + "/metrics")).text:
            pass


async def _ended(process: Process, within: float = 20) -> tuple[int | None, str]:
    try:
        async with asyncio.timeout(within):
            _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, errors.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_cleanly_after_the_request_under_way(number: signal.Signals) -> None:
    async with _running() as (process, url), httpx2.AsyncClient() as client:
        await client.get(url + "/healthz")  # leaves an idle connection behind
        under_way = asyncio.create_task(client.get(url + "/v1/slow"))
        await _shows(client, url, 'vahid_http_requests_in_progress{service="people"} 2.0')
        process.send_signal(number)
        assert (await under_way).json() == "done"
        code, log = await _ended(process, within=5)
    assert code == 0
    assert '"process.stopped"' in log
    assert "Traceback" not in log


async def test_a_client_that_sends_too_slowly_does_not_keep_it_from_stopping() -> None:
    async with _running() as (process, url), httpx2.AsyncClient() as client:
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"POST /v1/people/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")
        await _shows(client, url, 'vahid_http_requests_in_progress{service="people"} 2.0')
        process.terminate()
        code, log = await _ended(process, within=12)
        writer.close()
    assert code == 0
    assert "http.cut_off" in log
    assert "process.stopped" in log


async def test_a_taken_port_ends_the_process_with_a_sentence() -> None:
    async with _running() as (_, url):
        second = await _start(int(url.rpartition(":")[2]))
        code, log = await _ended(second)
    assert code == 1
    assert "address_unavailable" in log
    assert "VAHID_HTTP_PORT" in log
    assert "Traceback" not in log


async def test_a_port_can_be_taken_again_at_once() -> None:
    async with _running() as (process, url):
        process.terminate()
        await _ended(process)
        again = await _start(int(url.rpartition(":")[2]))
        try:
            await _answers(url)
        finally:
            again.terminate()
        assert (await _ended(again))[0] == 0


@pytest.mark.parametrize(("how", "logged"), [("fails", "builtins.ValueError"), ("returns", "task_ended")])
async def test_a_task_that_ends_ends_the_process(how: str, logged: str) -> None:
    code, log = await _ended(await _start(_free_port(), how))
    assert code == 1
    assert logged in log
    assert "Ayten" not in log


async def test_a_second_signal_ends_what_does_not_stop() -> None:
    async with _running("hangs") as (process, _):
        process.terminate()
        await _says(process, "process.stopping")
        process.terminate()
        code, log = await _ended(process, within=5)
    assert code == 1
    assert "process.stopped_by_force" in log


@pytest.mark.parametrize("declared", [True, False])
async def test_fifty_megabytes_are_refused_and_not_kept(declared: bool) -> None:
    block = b"x" * 65_536

    async def body() -> AsyncIterator[bytes]:
        for _ in range(800):
            yield block

    headers = {"Content-Type": "application/json"}
    if declared:
        headers["Content-Length"] = str(800 * len(block))
    async with _running() as (process, url), httpx2.AsyncClient(timeout=30) as client:
        before = psutil.Process(process.pid).memory_info().rss
        answer = await client.post(url + "/v1/people/a", content=body(), headers=headers)
        grown = psutil.Process(process.pid).memory_info().rss - before
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:vahid:problem:content_too_large"
        assert grown < 20_000_000
        assert (await client.get(url + "/healthz")).status_code == 200


async def test_a_body_that_never_comes_whole_is_refused_in_time() -> None:
    async with _running() as (_, url):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"POST /v1/raw HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")
        async with asyncio.timeout(20):
            assert b" 408 " in await reader.readline()
        assert b"content_too_slow" in await reader.read(4096)
        writer.close()


async def test_a_body_that_drips_is_refused_in_time() -> None:
    async with _running() as (_, url):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"POST /v1/raw HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n")
        answer = asyncio.create_task(reader.readline())
        async with asyncio.timeout(20):
            while not answer.done():
                with contextlib.suppress(ConnectionError):
                    writer.write(b"x")
                    await writer.drain()
                await asyncio.wait([answer], timeout=0.05)
        assert b" 408 " in answer.result()
        writer.close()


@pytest.mark.parametrize("path", ["/v1/raw", "/v1/people/a"])
async def test_a_body_that_is_cut_off_is_counted_as_a_bad_request(path: str) -> None:
    async with _running() as (process, url), httpx2.AsyncClient() as client:
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: 9\r\n\r\n{{".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        await _shows(client, url, 'status="400"} 1.0')
        process.terminate()
        _, log = await _ended(process)
    assert "http.unhandled" not in log and "Traceback" not in log
