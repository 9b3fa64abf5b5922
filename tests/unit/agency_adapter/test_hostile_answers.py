"""Whatever an agency's server does, a call ends in time, in little memory, by an error that is told apart."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from kit.errors import PermanentError, TransientError
from services.agency_adapter.access import Access
from services.agency_adapter.connectors import http
from services.agency_adapter.connectors.base import (
    AlreadyThere,
    AssignmentContent,
    MalformedChangeError,
    SignatureError,
    UncertainError,
)
from services.agency_adapter.connectors.rest import RestConnector
from tests.unit.agency_adapter.conftest import mapping_of

CONTENT = AssignmentContent("land-plot", datetime(2021, 9, 13, tzinfo=UTC), "http://127.0.0.1/x", {})
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def access(port: int) -> Access:
    return Access.model_validate(
        {"base_url": f"http://127.0.0.1:{port}", "token": "user:password", "webhook_secret": SECRET}
    )


@asynccontextmanager
async def connector(answering: Answering, agency: str = "nasimi-executive") -> AsyncIterator[RestConnector]:
    """A connector to a server that treats every connection as `answering` does."""
    open_writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_writers.add(writer)
        await answering(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        async with http.shared_client() as client:
            port = server.sockets[0].getsockname()[1]
            yield RestConnector(mapping_of(agency), access(port), client)
    finally:
        for writer in open_writers:
            writer.close()
        server.close()


def answer(status: str, body: bytes, *headers: str) -> Answering:
    """Answers a request with these bytes and closes."""

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        writer.close()

    return answering


HTML = "<!DOCTYPE html><html><body>Texniki işlər aparılır</body></html>".encode()


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        ("200 OK", HTML, "agency_answer_unreadable"),
        ("200 OK", b'{"qeydiyyat": 10', "agency_answer_unreadable"),
        ("200 OK", b"", "agency_answer_unreadable"),
        ("200 OK", b"\xff\xfe\x00", "agency_answer_unreadable"),
        ("200 OK", b'{"qeydiyyat": NaN}', "agency_answer_unreadable"),
        ("200 OK", b'{"qeydiyyat": ' + b"9" * 5000 + b"}", "agency_answer_unreadable"),
        ("200 OK", b"[" * 200_000, "agency_answer_unreadable"),
        ("200 OK", b'{"qeydiyyat": "x\' OR 1=1"}', "agency_answer_unreadable"),
        ("302 Found", b"", "agency_answer_unreadable"),
        ("400 Bad Request", b'{"xeta": "?"}', "agency_refused_request"),
        ("401 Unauthorized", b"{}", "agency_credentials_refused"),
        ("409 Conflict", b"{}", "agency_refused_request"),
    ],
)
async def test_what_will_not_pass_by_itself(status: str, body: bytes, code: str) -> None:
    async with connector(answer(status, body)) as speaking:
        with pytest.raises(PermanentError) as refused:
            await speaking.submit(CONTENT, "key")
    assert refused.value.code == code


@pytest.mark.parametrize("status", ["429 Too Many", "500 Oops", "502 Bad Gateway", "503 Unavailable"])
async def test_what_passes(status: str) -> None:
    async with connector(answer(status, HTML)) as speaking:
        with pytest.raises(TransientError) as away:
            await speaking.submit(CONTENT, "key")
    assert away.value.code == "agency_unavailable"


async def test_a_server_that_is_not_there() -> None:
    async with connector(answer("200 OK", b"")) as speaking:
        speaking._access = access(1)
        with pytest.raises(TransientError) as away:
            await speaking.submit(CONTENT, "key")
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

    async with connector(endless) as speaking:
        with pytest.raises(PermanentError) as refused:
            await speaking.poll(None)
    assert refused.value.code == "agency_answer_too_large"
    assert sent < 52_428_800


async def test_a_compressed_bomb_is_not_opened() -> None:
    bomb = gzip.compress(b" " * 100_000_000, 1)
    async with connector(answer("200 OK", bomb, "content-encoding: gzip")) as speaking:
        with pytest.raises(PermanentError) as refused:
            await speaking.poll(None)
    assert refused.value.code == "agency_answer_unreadable"


async def test_a_connection_cut_in_the_middle_is_uncertain() -> None:
    async def cutting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"qeydiyyat"')
        await writer.drain()
        writer.close()

    async with connector(cutting) as speaking:
        with pytest.raises(UncertainError):
            await speaking.submit(CONTENT, "key")


async def test_an_answer_that_drips_for_ever_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_CALL", 0.5)

    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n")
        with_limit = asyncio.get_running_loop().time() + 20
        while not writer.is_closing() and asyncio.get_running_loop().time() < with_limit:
            writer.write(b" ")
            await asyncio.sleep(0.05)

    async with connector(dripping) as speaking:
        with pytest.raises(UncertainError):
            await speaking.submit(CONTENT, "key")


async def test_a_duplicate_is_told_by_its_answer() -> None:
    uuid = "0f4b1c3e-51f3-5a0e-8f0e-6f0b6f7a2c11"
    body = f'{{"error": "duplicate", "id": "{uuid}"}}'.encode()
    async with connector(answer("409 Conflict", body), "moh") as speaking:
        assert await speaking.submit(CONTENT, "key") == AlreadyThere(uuid)


async def test_a_reference_cannot_lead_to_another_path() -> None:
    asked: list[bytes] = []

    async def noting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n"))
        await answer("404 Not Found", b"{}")(reader, writer)

    async with connector(noting, "moh") as speaking:
        assert await speaking.key_of("../admin?x=1") is None
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
        speaking = RestConnector(mapping_of("moh"), access(1), client)
        with pytest.raises(SignatureError):
            speaking.parse_webhook(headers, body)


@pytest.mark.parametrize("signature", ["v1", "v1,", "v1,%%%", "v1,ə", "v2,AAAA", ",", " "])
async def test_signatures_that_are_none(signature: str) -> None:
    now = str(int(datetime.now(UTC).timestamp()))
    headers = {"webhook-id": "m", "webhook-timestamp": now, "webhook-signature": signature}
    async with http.shared_client() as client:
        speaking = RestConnector(mapping_of("moh"), access(1), client)
        with pytest.raises(SignatureError):
            speaking.parse_webhook(headers, b"{}")


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", "[" * 100_000, '{"event_id": NaN}'])
async def test_signed_garbage_is_malformed(body: str) -> None:
    from standardwebhooks import Webhook

    now = datetime.now(UTC)
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("m", now, body),
    }
    async with http.shared_client() as client:
        speaking = RestConnector(mapping_of("moh"), access(1), client)
        with pytest.raises(MalformedChangeError):
            speaking.parse_webhook(headers, body.encode())
