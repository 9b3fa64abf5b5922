"""Attachments in the store that are missing, changed, or named by no record."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert

from doctor.findings import Examination
from doctor.stored_attachments import examine_attachments
from kit.database import Database
from kit.object_store import Objects
from services.intake.tables import attachments

pytestmark = pytest.mark.stack

LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.transaction() as connection:
        await connection.execute(delete(attachments))
    yield database
    await database.close()


async def put(objects: Objects, content: bytes) -> str:
    address = sha256(content).hexdigest()
    await objects.put(io.BytesIO(content), address)
    return address


async def record(database: Database, address: str) -> str:
    attachment_id = str(uuid4())
    row = {
        "attachment_id": attachment_id,
        "appeal_id": str(uuid4()),
        "case_id": str(uuid4()),
        "actor_id": "online",
        "received_at": datetime.now(UTC),
        "address": address,
        "sealed_size": 1,
        "receipt_digest": "0" * 64,
        "sealed": "",
    }
    async with database.transaction() as connection:
        await connection.execute(insert(attachments).values(row))
    return attachment_id


async def found(database: Database, folder: Path, settled_before: datetime = LATER) -> set[tuple[str, str]]:
    findings = await examine_attachments(database, Objects(str(folder)), settled_before, Examination())
    return {(finding.code, finding.subject) for finding in findings}


async def test_each_fault_is_named_with_its_attachment(database: Database, tmp_path: Path) -> None:
    objects = Objects(str(tmp_path))
    addresses = [await put(objects, content) for content in (b"whole", b"gone", b"changed", b"unnamed")]
    _, gone, changed = [await record(database, address) for address in addresses[:3]]
    assert await found(database, tmp_path) == {("attachment.unreferenced", addresses[3])}
    (tmp_path / addresses[1][:2] / addresses[1]).unlink()
    (tmp_path / addresses[2][:2] / addresses[2]).write_bytes(b"Changed")
    assert await found(database, tmp_path) == {
        ("attachment.missing", gone),
        ("attachment.changed", changed),
        ("attachment.unreferenced", addresses[3]),
    }


async def test_what_may_yet_get_its_row_is_not_named(database: Database, tmp_path: Path) -> None:
    await put(Objects(str(tmp_path)), b"on its way")
    assert await found(database, tmp_path, datetime.now(UTC) - timedelta(minutes=1)) == set()
