"""Whatever an agency's server does, a call ends in time, in bounded memory, with an error of its own kind."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from kit.errors import PermanentError, TransientError
from services.agency_adapter.access import Access
from services.agency_adapter.connectors import http
from services.agency_adapter.connectors.connector import (
    AlreadyThere,
    AssignmentContent,
    Change,
    MalformedChangeError,
    RejectedChange,
    SignatureError,
    UncertainError,
)
from services.agency_adapter.connectors.rest.connector import RestConnector
from tests.unit.agency_adapter.conftest import mapping_of

CONTENT = AssignmentContent("land-plot", datetime(2021, 9, 13, tzinfo=UTC), "http://127.0.0.1/x", {})
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="

Server = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def access(port: int) -> Access:
    return Access.model_validate(
        {"base_url": f"http://127.0.0.1:{port}", "token": "user:password", "webhook_secret": SECRET}
    )


@asynccontextmanager
async def connector_to(server: Server, agency: str = "nasimi-executive") -> AsyncIterator[RestConnector]:
    """A connector to a server that treats every connection as `server` does."""
    open_writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_writers.add(writer)
        await server(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        async with http.shared_client() as client:
            port = listening.sockets[0].getsockname()[1]
            yield RestConnector(mapping_of(agency), access(port), client)
    finally:
        for writer in open_writers:
            writer.close()
        listening.close()


def responding(status: str, body: bytes, *headers: str) -> Server:
    """Responds to a request with these bytes and closes."""

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        writer.close()

    return respond


HTML = "<!DOCTYPE html><html><body>Texniki işlər aparılır</body></html>".encode()


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        ("200 OK", HTML, "agency_response_unreadable"),
        ("200 OK", b'{"qeydiyyat": 10', "agency_response_unreadable"),
        ("200 OK", b"", "agency_response_unreadable"),
        ("200 OK", b"\xff\xfe\x00", "agency_response_unreadable"),
        ("200 OK", b'{"qeydiyyat": NaN}', "agency_response_unreadable"),
        ("200 OK", b'{"qeydiyyat": ' + b"9" * 5000 + b"}", "agency_response_unreadable"),
        ("200 OK", b"[" * 200_000, "agency_response_unreadable"),
        ("200 OK", b'{"qeydiyyat": "x\' OR 1=1"}', "agency_response_unreadable"),
        ("302 Found", b"", "agency_response_unreadable"),
        ("400 Bad Request", b'{"xeta": "?"}', "agency_refused_request"),
        ("401 Unauthorized", b"{}", "agency_credentials_refused"),
        ("409 Conflict", b"{}", "agency_refused_request"),
    ],
)
async def test_a_permanent_failure_has_its_code(status: str, body: bytes, code: str) -> None:
    async with connector_to(responding(status, body)) as connector:
        with pytest.raises(PermanentError) as refused:
            await connector.submit(CONTENT, "key")
    assert refused.value.code == code


@pytest.mark.parametrize("status", ["429 Too Many", "500 Oops", "502 Bad Gateway", "503 Unavailable"])
async def test_a_busy_server_is_a_transient_failure(status: str) -> None:
    async with connector_to(responding(status, HTML)) as connector:
        with pytest.raises(TransientError) as away:
            await connector.submit(CONTENT, "key")
    assert away.value.code == "agency_unavailable"


async def test_a_server_that_does_not_listen_is_a_transient_failure() -> None:
    async with connector_to(responding("200 OK", b"")) as connector:
        connector._access = access(1)
        with pytest.raises(TransientError) as away:
            await connector.submit(CONTENT, "key")
    assert away.value.code == "agency_unreachable"


async def test_fifty_megabytes_are_cut_off() -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 52428800\r\n\r\n")
        try:
            while sent < 52_428_800:
                writer.write(b" " * 65_536)
                sent += 65_536
                await writer.drain()
        except ConnectionError:
            return

    async with connector_to(endless) as connector:
        with pytest.raises(PermanentError) as refused:
            await connector.poll(None)
    assert refused.value.code == "agency_response_too_large"
    assert sent < 52_428_800


async def test_a_compressed_bomb_is_not_opened() -> None:
    bomb = gzip.compress(b" " * 100_000_000, 1)
    async with connector_to(responding("200 OK", bomb, "content-encoding: gzip")) as connector:
        with pytest.raises(PermanentError) as refused:
            await connector.poll(None)
    assert refused.value.code == "agency_response_unreadable"


async def test_a_connection_cut_in_the_middle_is_uncertain() -> None:
    async def cutting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"qeydiyyat"')
        await writer.drain()
        writer.close()

    async with connector_to(cutting) as connector:
        with pytest.raises(UncertainError):
            await connector.submit(CONTENT, "key")


async def test_a_response_that_drips_for_ever_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_CALL", 0.5)

    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n")
        with_limit = asyncio.get_running_loop().time() + 20
        while not writer.is_closing() and asyncio.get_running_loop().time() < with_limit:
            writer.write(b" ")
            await asyncio.sleep(0.05)

    async with connector_to(dripping) as connector:
        with pytest.raises(UncertainError):
            await connector.submit(CONTENT, "key")


async def test_the_agreed_response_to_a_duplicate_is_already_there() -> None:
    uuid = "0f4b1c3e-51f3-5a0e-8f0e-6f0b6f7a2c11"
    body = f'{{"error": "duplicate", "id": "{uuid}"}}'.encode()
    async with connector_to(responding("409 Conflict", body), "moh") as connector:
        assert await connector.submit(CONTENT, "key") == AlreadyThere(uuid)


async def test_a_reference_cannot_lead_to_another_path() -> None:
    asked: list[bytes] = []

    async def recording(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n"))
        await responding("404 Not Found", b"{}")(reader, writer)

    async with connector_to(recording, "moh") as connector:
        assert await connector.key_of("../admin?x=1") is None
    assert asked == [b"GET /referrals/..%2Fadmin%3Fx%3D1 HTTP/1.1\r\n"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "m", "webhook-timestamp": "nan", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "m", "webhook-timestamp": "1e400", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "m", "webhook-timestamp": "now", "webhook-signature": "v1"},
        {"webhook-id": "m", "webhook-timestamp": "4102444800", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "m", "webhook-timestamp": "1600000000", "webhook-signature": "v1,AAAA"},
    ],
)
@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe"])
async def test_an_unsigned_webhook(headers: dict[str, str], body: bytes) -> None:
    async with http.shared_client() as client:
        connector = RestConnector(mapping_of("moh"), access(1), client)
        with pytest.raises(SignatureError):
            connector.parse_webhook(headers, body)


@pytest.mark.parametrize("signature", ["v1", "v1,", "v1,%%%", "v1,ə", "v2,AAAA", ",", " "])
async def test_signatures_that_are_none(signature: str) -> None:
    now = str(int(datetime.now(UTC).timestamp()))
    headers = {"webhook-id": "m", "webhook-timestamp": now, "webhook-signature": signature}
    async with http.shared_client() as client:
        connector = RestConnector(mapping_of("moh"), access(1), client)
        with pytest.raises(SignatureError):
            connector.parse_webhook(headers, b"{}")


DEEP = "[" * 990 + "]" * 990


@pytest.mark.parametrize(
    "bad", [DEEP, "[" * 50_000 + "]" * 50_000, "NaN", "1e999", "9" * 999, '{"a":1,"a":2}']
)
async def test_a_polled_change_that_cannot_be_read_leaves_the_others(
    bad: str,
) -> None:
    """It once ended the poll, and so every later one: nothing after it was ever received."""
    good = [
        json.dumps({"id": number, "qeydiyyat": 10, "veziyyet": 2, "tarix": 1629784800000, "qeyd": "[["})
        for number in (1, 3)
    ]
    page = f'{{"siyahi": [{good[0]}, {{"id": 2, "qeydiyyat": 10, "more": {bad}}}, {good[1]}]}}'
    async with connector_to(responding("200 OK", page.encode())) as connector:
        first, rejected, last = (await connector.poll(None)).changes
        assert isinstance(first, Change) and isinstance(last, Change) and last.status_id == "3"
        assert isinstance(rejected, RejectedChange) and rejected.code == "change_malformed"
        with pytest.raises(MalformedChangeError):  # and so when a redrive offers it again
            connector.parse_change(rejected.raw)


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "{}", "[" * 100_000, '{"event_id": NaN}', f'{{"x": {DEEP}}}', '{"a": 1, "a": 1}'],
)
async def test_signed_garbage_is_malformed(body: str) -> None:
    from standardwebhooks import Webhook

    now = datetime.now(UTC)
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("m", now, body),
    }
    async with http.shared_client() as client:
        connector = RestConnector(mapping_of("moh"), access(1), client)
        with pytest.raises(MalformedChangeError):
            connector.parse_webhook(headers, body.encode())
