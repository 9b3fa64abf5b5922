"""Documents added to an appeal: sealed, stored, counted once, and missing no more."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import jsonschema
import pytest
from sqlalchemy import text

import schemas
from kit.database import Database
from kit.object_store import Objects
from kit.sealed_stream import StreamOpener
from kit.vault import Vault
from schemas.appeals import AppealSupplemented, AttachmentContent
from schemas.envelope import CloudEvent
from services.intake.appeals.acceptance import case_id_of
from services.intake.attachments.acceptance import sealing_context
from tests.integration.intake.conftest import ATTACHMENT_LIMIT
from tests.integration.intake.process import Channel, IntakeProcess
from tests.integration.intake.published import count, messages_of
from tests.unit.intake.documents import ALLOWED, REFUSED, SCAN
from tests.unit.intake.submissions import body

PUBLISHED = Path(schemas.__file__).parent / "published"
MEGABYTE = 1024 * 1024
ROWS = "intake.attachments"


@pytest.fixture
async def accepted(online: Channel) -> dict[str, Any]:
    """The response to an appeal of the channel `online`."""
    return dict((await online.post(body(), uuid4().hex)).json())


@pytest.fixture
async def number(accepted: dict[str, Any]) -> str:
    return str(accepted["tracking_number"])


def stored(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


async def missing(channel: Channel, number: str) -> list[str]:
    documents = (await channel.get(f"/v1/appeals/{number}/documents")).json()
    return [document["code"] for service in documents["services"] for document in service["missing"]]


async def test_a_document_is_missing_until_it_is_attached(
    online: Channel, accepted: dict[str, Any], number: str, key: str
) -> None:
    [service] = accepted["services"]
    wanted = [document["code"] for document in service["missing"]]
    assert wanted and wanted == await missing(online, number)
    assert all(document["title"]["az"] and document["title"]["en"] for document in service["missing"])
    for place, document in enumerate(wanted):
        assert (await online.attach(number, document, SCAN, f"{key}-{place}")).status_code == 201
        assert await missing(online, number) == wanted[place + 1 :]
    documents = (await online.get(f"/v1/appeals/{number}/documents")).json()
    assert [attachment["document"]["code"] for attachment in documents["attachments"]] == wanted
    assert {(attachment["media_type"], attachment["size"]) for attachment in documents["attachments"]} == {
        ("application/pdf", len(SCAN))
    }


async def test_who_may_not_ask_sees_the_reason_in_both_languages(online: Channel, key: str) -> None:
    answer = (await online.post(body(category="martyr_family", services=["vehicle"]), key)).json()
    [service] = answer["services"]
    assert service["not_eligible"]["az"] and service["not_eligible"]["en"] and not service["missing"]
    documents = (await online.get(f"/v1/appeals/{answer['tracking_number']}/documents")).json()
    assert documents["services"][0]["not_eligible"] == service["not_eligible"]


@pytest.mark.parametrize("media_type", ALLOWED)
async def test_what_was_accepted_is_sealed_published_and_opens(
    online: Channel,
    database: Database,
    kafka_bootstrap: str,
    keys: Path,
    attachments: Path,
    accepted: dict[str, Any],
    key: str,
    media_type: str,
) -> None:
    content = ALLOWED[media_type]
    answer = await online.attach(accepted["tracking_number"], "identity_card", content, key)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["media_type"], answer.json()["size"]) == (media_type, len(content))
    case_id = case_id_of(accepted["appeal_id"])
    appeal, message = await messages_of(kafka_bootstrap, {case_id}, database)
    assert appeal["type"] == "az.vahid.appeal.received.v1"  # and comes before what is added to it
    jsonschema.validate(message, json.loads((PUBLISHED / "appeal-supplemented.json").read_text()))
    added = CloudEvent[AppealSupplemented].model_validate(message).data
    assert added.attachment_id == answer.json()["attachment_id"]
    async with database.transaction() as connection:
        data_key = await Vault(keys).data_key(connection, case_id)
    kind = AttachmentContent.model_validate_json(data_key.open(added.sealed))
    assert (kind.document, kind.media_type) == ("identity_card", media_type)
    sealed = b"".join([part async for part in Objects(str(attachments)).read(added.address)])
    opener = StreamOpener(data_key, sealing_context(added.attachment_id))
    assert len(sealed) == added.sealed_size and opener.update(sealed) + opener.finish() == content


async def test_a_repeated_request_gets_the_same_response_and_another_content_409(
    online: Channel, database: Database, attachments: Path, number: str, key: str
) -> None:
    first = await online.attach(number, "identity_card", SCAN, key)
    kept = stored(attachments)
    again = await online.attach(number, "identity_card", SCAN, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content and again.headers["Idempotent-Replayed"] == "true"
    for document, content in (("identity_card", SCAN + b"\n"), ("medical_record", SCAN)):
        other = await online.attach(number, document, content, key)
        assert other.status_code == 409
        assert other.json()["type"] == "urn:vahid:problem:idempotency_key.other_body"
    assert (await online.post(body(), key)).status_code == 409  # nor is it a key for an appeal
    assert stored(attachments) == kept
    rows = "intake.attachments WHERE attachment_id = :id"
    assert await count(database, rows, id=first.json()["attachment_id"]) == 1


async def test_the_same_request_many_times_at_once_is_one_attachment(
    online: Channel, database: Database, kafka_bootstrap: str, accepted: dict[str, Any], key: str
) -> None:
    number = accepted["tracking_number"]
    answers = await asyncio.gather(*(online.attach(number, "identity_card", SCAN, key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert len(await messages_of(kafka_bootstrap, {case_id_of(accepted["appeal_id"])}, database)) == 2


async def test_a_key_whose_time_is_over_makes_no_second_attachment(
    online: Channel, database: Database, number: str, key: str
) -> None:
    assert (await online.attach(number, "identity_card", SCAN, key)).status_code == 201
    async with database.transaction() as connection:
        await connection.execute(text("DELETE FROM intake.idempotency WHERE key = :key"), {"key": key})
    spent = await online.attach(number, "identity_card", SCAN, key)
    assert (spent.status_code, spent.json()["type"]) == (409, "urn:vahid:problem:idempotency_key.spent")


BAD: list[tuple[str, dict[str, Any], int, str]] = [
    *((kind, {"content": content}, 415, "attachment.type_not_allowed") for kind, content in REFUSED.items()),
    ("empty", {"content": b""}, 422, "attachment.empty"),
    ("too large", {"content": b"%PDF-" + bytes(ATTACHMENT_LIMIT)}, 413, "content_too_large"),
    ("unknown document", {"document": "5ABC1D2"}, 422, "attachment.unknown_document"),
    ("no key", {"key": None}, 400, "idempotency_key.missing"),
    ("unknown number", {"tracking_number": "VHD-21-9999999-4"}, 404, ""),
    ("mistyped number", {"tracking_number": "VHD-21-1"}, 404, "tracking_number.invalid"),
]


@pytest.mark.parametrize(("sent", "status", "code"), [each[1:] for each in BAD], ids=[b[0] for b in BAD])
async def test_bad_input_is_a_clear_problem_and_nothing_is_stored(
    online: Channel,
    database: Database,
    attachments: Path,
    number: str,
    key: str,
    sent: dict[str, Any],
    status: int,
    code: str,
) -> None:
    before, kept = await count(database, ROWS), stored(attachments)
    good = {"tracking_number": number, "document": "identity_card", "content": SCAN, "key": key}
    answer = await online.attach(**{**good, **sent}, **{"Content-Type": "application/pdf"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"].startswith(f"urn:vahid:problem:{code}") and answer.json()["detail"]
    assert "5ABC1D2" not in answer.text
    assert await count(database, ROWS) == before and stored(attachments) == kept
    assert (await online.attach(**good)).status_code == 201


async def test_an_upload_that_breaks_off_stores_nothing(
    process: IntakeProcess, online: Channel, database: Database, attachments: Path, number: str, key: str
) -> None:
    before, kept = await count(database, ROWS), stored(attachments)
    for head in ("Content-Length: 100000", "Transfer-Encoding: chunked"):
        await _broken_off(process, online, number, key, head)
    assert (await online.attach(number, "identity_card", SCAN, key)).status_code == 201
    assert await count(database, ROWS) == before + 1 and len(stored(attachments) - kept) == 1
    assert "Traceback" not in process.log.read_text()


async def _broken_off(process: IntakeProcess, online: Channel, number: str, key: str, head: str) -> None:
    """Send a part of a good document, and close the connection."""
    _, writer = await asyncio.open_connection("127.0.0.1", process.port)
    lines = [
        f"POST /v1/appeals/{number}/attachments?document=identity_card HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: {online.headers['Authorization']}",
        f"Idempotency-Key: {key}",
        head,
    ]
    part = SCAN if "Length" in head else f"{len(SCAN):x}\r\n".encode() + SCAN + b"\r\n"
    writer.write("\r\n".join([*lines, "", ""]).encode() + part)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_nobody_else_learns_of_an_appeal_or_adds_to_it(
    process: IntakeProcess, api_keys: dict[str, str], database: Database, number: str, key: str
) -> None:
    before = await count(database, ROWS)
    mobile, nobody = Channel(process, api_keys["mobile"]), Channel(process, "vahid_x_y")
    unknown = "VHD-21-9999999-4"
    for ask in (
        lambda of: mobile.get(f"/v1/appeals/{of}/documents"),
        lambda of: mobile.attach(of, "identity_card", SCAN, key),
    ):
        others, none = await ask(number), await ask(unknown)
        assert (others.status_code, none.status_code) == (404, 404)
        assert others.json()["type"] == "urn:vahid:problem:appeal.not_found"
    assert (await nobody.attach(number, "identity_card", SCAN, key)).status_code == 401
    assert (await nobody.get(f"/v1/appeals/{number}/documents")).status_code == 401
    assert await count(database, ROWS) == before


async def test_what_was_forgotten_opens_no_more_and_takes_no_more(
    online: Channel, database: Database, keys: Path, accepted: dict[str, Any], key: str
) -> None:
    number, vault = accepted["tracking_number"], Vault(keys)
    async with database.transaction() as connection:
        await vault.destroy_data_key(connection, case_id_of(accepted["appeal_id"]))
    answer = await online.attach(number, "identity_card", SCAN, key)
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:vahid:problem:appeal.forgotten")
    assert (await online.get(f"/v1/appeals/{number}/documents")).status_code == 410


async def _large(megabytes: int) -> AsyncIterator[bytes]:
    yield SCAN
    for _ in range(megabytes):
        yield b"x" * MEGABYTE


@pytest.mark.parametrize(("megabytes", "status"), [(95, 201), (120, 413)])
async def test_memory_stays_flat_whether_it_is_taken_or_not(
    process: IntakeProcess, online: Channel, number: str, key: str, megabytes: int, status: int
) -> None:
    assert (await online.attach(number, "identity_card", SCAN, f"{key}-small")).status_code == 201
    before = process.peak_bytes()
    answer = await online.attach(number, "medical_record", _large(megabytes), key)
    assert answer.status_code == status, answer.text
    assert process.peak_bytes() - before < 60 * MEGABYTE


@pytest.mark.parametrize(
    ("failpoint", "was_stored"),
    [("intake.attachment.before_commit", False), ("intake.attachment.after_commit", True)],
)
async def test_killed_around_the_commit_then_repeated_is_one_attachment(
    mortal: IntakeProcess,
    api_keys: dict[str, str],
    database: Database,
    kafka_bootstrap: str,
    attachments: Path,
    key: str,
    failpoint: str,
    was_stored: bool,
) -> None:
    online = Channel(mortal, api_keys["online"])
    appeal = (await online.post(body(), f"{key}-appeal")).json()
    number, case_id = appeal["tracking_number"], case_id_of(appeal["appeal_id"])
    mortal.arm(failpoint)
    kept = stored(attachments)
    with pytest.raises(httpx2.TransportError):
        await online.attach(number, "identity_card", SCAN, key)
    await mortal.wait_until_killed()
    of_case = "intake.attachments WHERE case_id = :id"
    assert await count(database, of_case, id=case_id) == int(was_stored)
    assert len(stored(attachments) - kept) == 1  # the object comes first
    await mortal.start()
    answer = await online.attach(number, "identity_card", SCAN, key)
    assert answer.status_code == 201 and ("Idempotent-Replayed" in answer.headers) is was_stored
    assert await count(database, of_case, id=case_id) == 1
    assert len(await messages_of(kafka_bootstrap, {case_id}, database)) == 2


async def test_a_store_that_refuses_is_503_and_nothing_half_done(
    settings: dict[str, str], tmp_path: Path, api_keys: dict[str, str], database: Database, key: str
) -> None:
    (tmp_path / "blocked").write_text("in the way")
    blocked = {**settings, "VAHID_ATTACHMENTS": str(tmp_path / "blocked" / "folder")}
    async with IntakeProcess(tmp_path, blocked) as process:
        online = Channel(process, api_keys["online"])
        number = (await online.post(body(), f"{key}-appeal")).json()["tracking_number"]
        before = await count(database, ROWS)
        unavailable = await online.attach(number, "identity_card", SCAN, key)
        assert unavailable.status_code == 503 and "Retry-After" in unavailable.headers
        assert await count(database, ROWS) == before
        (tmp_path / "blocked").unlink()
        assert (await online.attach(number, "identity_card", SCAN, key)).status_code == 201


async def test_an_appeal_has_so_many_attachments_and_no_more(
    settings: dict[str, str], tmp_path: Path, api_keys: dict[str, str], key: str
) -> None:
    async with IntakeProcess(tmp_path, {**settings, "VAHID_INTAKE_ATTACHMENTS_LIMIT": "1"}) as process:
        online = Channel(process, api_keys["online"])
        number = (await online.post(body(), f"{key}-appeal")).json()["tracking_number"]
        assert (await online.attach(number, "identity_card", SCAN, key)).status_code == 201
        assert (await online.attach(number, "identity_card", SCAN, key)).status_code == 201  # a repeat
        more = await online.attach(number, "medical_record", SCAN, f"{key}-2")
        assert (more.status_code, more.json()["type"]) == (409, "urn:vahid:problem:attachment.too_many")


async def test_the_limit_holds_for_attachments_that_come_at_once(
    settings: dict[str, str], tmp_path: Path, api_keys: dict[str, str], database: Database, key: str
) -> None:
    limit, at_once = 3, 24
    environment = {
        **settings,
        "VAHID_INTAKE_ATTACHMENTS_LIMIT": str(limit),
        "VAHID_INTAKE_UPLOADS_AT_ONCE": "48",
    }
    async with IntakeProcess(tmp_path, environment) as process:
        online = Channel(process, api_keys["online"])
        number = (await online.post(body(), f"{key}-appeal")).json()["tracking_number"]
        before = await count(database, ROWS)
        answers = await asyncio.gather(
            *(online.attach(number, "identity_card", SCAN, f"{key}-{each}") for each in range(at_once))
        )
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(201), statuses.count(409)) == (limit, at_once - limit)
        assert await count(database, ROWS) - before == limit
        accepted = next(place for place, answer in enumerate(answers) if answer.status_code == 201)
        again = await online.attach(number, "identity_card", SCAN, f"{key}-{accepted}")
        assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")


async def test_when_all_slots_are_taken_it_says_so_and_one_caller_never_has_them_all(
    settings: dict[str, str], tmp_path: Path, api_keys: dict[str, str], key: str
) -> None:
    async with IntakeProcess(tmp_path, {**settings, "VAHID_INTAKE_UPLOADS_AT_ONCE": "4"}) as process:
        slow, other = Channel(process, api_keys["online"]), Channel(process, api_keys["mobile"])
        mine = (await slow.post(body(), f"{key}-a")).json()["tracking_number"]
        theirs = (await other.post(body(channel="mobile"), f"{key}-b")).json()["tracking_number"]
        ends = asyncio.Event()

        async def dripping(first: bytes) -> AsyncIterator[bytes]:
            yield first
            await ends.wait()
            yield SCAN[10:]

        # Two that have sent their first bytes take the caller's slots; two that have sent none take none.
        uploads = [
            asyncio.create_task(slow.attach(mine, "identity_card", dripping(first), f"{key}-{number}"))
            for number, first in enumerate((SCAN[:10], SCAN[:10], b"", b""))
        ]
        refused = None
        while refused is None or refused.status_code == 201:  # until both have arrived
            refused = await slow.attach(mine, "medical_record", SCAN, uuid4().hex)
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:vahid:problem:attachment.busy")
        assert int(refused.headers["retry-after"]) > 0
        assert (await other.attach(theirs, "identity_card", SCAN, f"{key}-c")).status_code == 201
        ends.set()
        assert [each.status_code for each in await asyncio.gather(*uploads[:2])] == [201, 201]
        for upload in uploads[2:]:
            upload.cancel()
        await asyncio.gather(*uploads, return_exceptions=True)


async def test_the_log_knows_no_document(process: IntakeProcess, online: Channel, number: str) -> None:
    await online.attach(number, "disability_certificate", SCAN, uuid4().hex)
    assert "disability_certificate" not in process.log.read_text()
