"""What is no acceptable appeal: a clear problem, nothing stored, and the next appeal is accepted."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from kit.database import Database
from tests.integration.intake.process import Channel, IntakeProcess
from tests.integration.intake.published import count
from tests.unit.intake.submissions import applicant, body

MEGABYTE = 1024 * 1024

UTF8 = json.dumps(body(), ensure_ascii=False).encode()

BAD: list[tuple[str, Any, dict[str, str], int, str]] = [
    ("malformed JSON", UTF8[:-5], {}, 400, "malformed_json"),
    ("no JSON at all", b"<html>", {}, 400, "malformed_json"),
    ("empty body", b"", {}, 422, ""),
    ("wrong content type", UTF8, {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
    ("a form", b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
    ("broken UTF-8", UTF8.replace("ü".encode(), b"\xff\xfe", 1), {}, 400, "invalid_encoding"),
    ("a list", [body()], {}, 422, "invalid_request"),
    ("deep nesting", b"[" * 30_000 + b"]" * 30_000, {}, 0, ""),
    ("unknown service", body(services=["flying"]), {}, 422, "appeal.unknown_service"),
    ("unknown category", body(category="poor"), {}, 422, "appeal.unknown_category"),
    ("invalid FIN", applicant(fin="5ABC1DO"), {}, 422, "fin.invalid"),
    ("foreign phone", applicant(phone="+4915112345678"), {}, 422, "phone.invalid"),
    ("quoted address", applicant(email='"a b"@example.az'), {}, 422, "email.invalid"),
    ("commented address", applicant(email="numune@(x)example.az"), {}, 422, "email.invalid"),
    ("address at an IP literal", applicant(email="numune@[192.0.2.1]"), {}, 422, "email.invalid"),
    ("address at a number", applicant(email="numune@192.0.2.10"), {}, 422, "email.invalid"),
    ("trailing dot", applicant(email="numune@example.az."), {}, 422, "email.invalid"),
    ("address beyond ASCII", applicant(email="nümunə@example.az"), {}, 422, "email.invalid"),
    ("anonymous", applicant(surname=None), {}, 422, "appeal.anonymous"),
    ("no contact", applicant(phone=None, email=None), {}, 422, "appeal.anonymous"),
    ("nothing asked", body(services=None), {}, 422, "appeal.empty"),
    ("unknown channel", body(channel="fax"), {}, 422, "field.literal_error"),
    ("NUL in text", body(text="a\x00b"), {}, 422, "text.control_characters"),
    ("lone surrogate", b'{"channel":"online","text":"\\ud800"}', {}, 422, "appeal.anonymous"),
    ("NaN", b'{"channel":"online","text":NaN}', {}, 400, "malformed_json"),
    ("960 deep", b'{"details":' + b"[" * 960 + b"]" * 960 + b"}", {}, 400, "malformed_json"),
    ("960 objects deep", b'{"x":' * 960 + b"1" + b"}" * 960, {}, 400, "malformed_json"),
    ("a name twice", b'{"channel":"online","channel":"import"}', {}, 400, "malformed_json"),
    ("a big integer", b'{"channel":"online","text":' + b"9" * 1000 + b"}", {}, 400, "malformed_json"),
    ("an infinite number", b'{"channel":"online","text":1e999}', {}, 400, "malformed_json"),
    ("UTF-16", UTF8.decode().encode("utf-16"), {}, 400, "invalid_encoding"),
]


@pytest.mark.parametrize(
    ("sent", "headers", "status", "code"), [each[1:] for each in BAD], ids=[b[0] for b in BAD]
)
async def test_bad_input_is_a_clear_problem_and_nothing_is_stored(
    online: Channel, database: Database, key: str, sent: Any, headers: dict[str, str], status: int, code: str
) -> None:
    before = await count(database, "intake.appeals")
    answer = await online.post(sent, key, headers=headers)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == status or (status == 0 and 400 <= answer.status_code < 500), problem
    assert problem["type"].startswith(f"urn:vahid:problem:{code}") and problem["detail"]
    assert not any(personal in answer.text for personal in ("Nümunə", "5ABC1D", "4915112345678", "numune@"))
    assert await count(database, "intake.appeals") == before
    assert (await online.post(body(), key)).status_code == 201


async def test_a_body_that_is_cut_off_is_no_fault_of_ours(process: IntakeProcess, online: Channel) -> None:
    host, port = process.url.removeprefix("http://").split(":")
    for path, content_type in (
        ("/v1/appeals", "application/json"),
        ("/v1/appeals/batch", "application/x-ndjson"),
    ):
        _, writer = await asyncio.open_connection(host, int(port))
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: {online.headers['Authorization']}\r\n"
        writer.write(f"{head}Content-Type: {content_type}\r\nContent-Length: 900\r\n\r\n{{".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        sample = f'method="POST",route="{path}",service="intake",status="400"'
        await until_in_metrics(process, sample)
    log = process.log.read_text()
    assert "http.unhandled" not in log and '"status": 500' not in log


async def until_in_metrics(process: IntakeProcess, sample: str) -> None:
    async with asyncio.timeout(20), httpx2.AsyncClient() as client:
        while sample not in (await client.get(f"{process.url}/metrics")).text:
            pass


async def test_of_who_has_no_key_no_byte_is_read(process: IntakeProcess) -> None:
    """The rest of the body never comes, and yet the stranger is answered."""
    host, port = process.url.removeprefix("http://").split(":")
    for path in ("/v1/appeals", "/v1/appeals/check", "/v1/appeals/batch"):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n".encode())
        writer.write(b"Content-Length: 900\r\n\r\n{")
        async with asyncio.timeout(20):
            assert b" 401 " in await reader.readline()
        writer.close()


@pytest.mark.parametrize("key_sent", [None, "", "x" * 129, "a b", "ключ".encode()])
async def test_an_idempotency_key_is_needed(online: Channel, key_sent: Any) -> None:
    refused = await online.post(body(), key_sent)
    assert refused.status_code == 400
    assert refused.json()["type"].startswith("urn:vahid:problem:idempotency_key.")


@pytest.mark.parametrize("token", [None, "vahid_x_y", "nonsense", "vahid_0000000000000000_AAAA"])
async def test_who_has_no_key_learns_nothing(process: IntakeProcess, key: str, token: str | None) -> None:
    stranger = Channel(process, token or "")
    if token is None:
        stranger.headers = {}
    refused = await stranger.post({"channel": "online"}, key)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:vahid:problem:unauthenticated")
    assert "errors" not in refused.json()


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // MEGABYTE):
        yield b"x" * MEGABYTE


@pytest.mark.parametrize("declared", [True, False], ids=["length declared", "in chunks"])
async def test_fifty_megabytes_are_refused_with_flat_memory(
    process: IntakeProcess, online: Channel, key: str, declared: bool
) -> None:
    assert (await online.post(body(), key)).status_code == 201
    before = process.peak_bytes()
    headers = {**online.headers, "Idempotency-Key": key, "Content-Type": "application/json"}
    if declared:
        headers["Content-Length"] = str(50 * MEGABYTE)
    async with httpx2.AsyncClient(timeout=60) as client:
        url = f"{process.url}/v1/appeals"
        answer = await client.post(url, headers=headers, content=_chunks(50 * MEGABYTE))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:vahid:problem:content_too_large")
    assert process.peak_bytes() - before < 20 * MEGABYTE
    assert (await online.post(body(), key)).status_code == 201


async def test_the_log_knows_nobody(process: IntakeProcess, online: Channel, key: str) -> None:
    await online.post(applicant(fin="BAD-FIN"), key)
    await online.post(body(), key)
    log = process.log.read_text()
    assert not any(personal in log for personal in ("Nümunə", "5ABC1D2", "BAD-FIN", "501234567", "numune@"))
