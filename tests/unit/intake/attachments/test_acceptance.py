"""What an accepted attachment consists of: a sealed document, an id that repeats, a receipt that proves."""

import hashlib
import io
import json
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from kit.key_files import create_keys
from kit.problem import Problem
from kit.receipts import ReceiptKeys, record_digest
from kit.sealed_stream import StreamOpener
from kit.tracing import new_traceparent
from kit.vault import DataKey, Vault
from schemas.actors import Actor
from schemas.appeals import APPEAL_SUPPLEMENTED, AppealSupplemented, AttachmentContent
from schemas.envelope import CloudEvent
from services.intake.appeals.acceptance import appeal_id_of, case_id_of
from services.intake.attachments.acceptance import (
    AttachmentAcceptance,
    PendingAttachment,
    StoredAppeal,
    compose,
)
from services.intake.attachments.upload import SealedUpload, Upload, receive, spool
from services.intake.receipts import salt_of
from tests.unit.intake.documents import SCAN

ACTOR = Actor(kind="channel", id="online")
APPEAL_ID = appeal_id_of(ACTOR, "k1")
KEY = DataKey(case_id_of(APPEAL_ID), b"k" * 32)
APPEAL = StoredAppeal(APPEAL_ID, KEY.key_id, "VHD-21-0000001-A", "online", "online", ("employment",), "")
NOW = datetime(2021, 8, 23, 5, tzinfo=UTC)
MEGABYTE = 1024 * 1024


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_keys(tmp_path / "keys")
    return Vault(tmp_path / "keys")


def pending(key: str = "a1", document: str = "identity_card") -> PendingAttachment:
    return PendingAttachment(ACTOR, key, APPEAL, document, new_traceparent())


def upload(vault: Vault, file: io.BytesIO, of: PendingAttachment) -> Upload:
    salt = salt_of(vault, of.attachment_id)
    return Upload(file, KEY, vault, context=of.context, about=of.about, salt=salt)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def parts(content: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def received(vault: Vault, of: PendingAttachment, content: bytes = SCAN) -> SealedUpload:
    return await receive(parts(content), upload(vault, io.BytesIO(), of))


async def composed(vault: Vault, of: PendingAttachment, content: bytes = SCAN) -> AttachmentAcceptance:
    return compose(of, await received(vault, of, content), KEY, vault, NOW)


async def test_what_is_stored_opens_to_the_document_and_is_its_own_address(vault: Vault) -> None:
    of = pending()
    stored = await received(vault, of)
    sealed = stored.file.read()
    assert hashlib.sha256(sealed).hexdigest() == stored.address and len(sealed) == stored.sealed_size
    assert SCAN[:20] not in sealed and stored.size == len(SCAN)
    opener = StreamOpener(KEY, of.context)
    assert opener.update(sealed) + opener.finish() == SCAN


async def test_a_repeated_request_is_known_and_any_other_is_not(vault: Vault) -> None:
    first, again = await received(vault, pending()), await received(vault, pending())
    assert first.body_digest == again.body_digest
    assert first.address != again.address  # two sealings of one content share nothing
    longer = await received(vault, pending(), SCAN + b"\n")
    other = await received(vault, pending(document="medical_record"))
    assert len({first.body_digest, longer.body_digest, other.body_digest}) == 3


async def test_nothing_personal_stands_open(vault: Vault) -> None:
    acceptance = await composed(vault, pending())
    stored = acceptance.claim.response.model_dump_json(
        exclude={"document", "media_type", "size", "receipt_salt"}
    )
    [claims] = [jws.extract_compact(acceptance.claim.response.receipt.encode()).payload]
    for shown in (acceptance.message.value.decode(), stored, claims.decode(), repr(acceptance.attachment)):
        assert "identity_card" not in shown and "application/pdf" not in shown
    content = AttachmentContent.model_validate_json(KEY.open(acceptance.attachment.sealed))
    assert (content.document, content.media_type, content.size) == (
        "identity_card",
        "application/pdf",
        len(SCAN),
    )


async def test_the_message_is_the_contract(vault: Vault) -> None:
    acceptance = await composed(vault, pending())
    event = CloudEvent[AppealSupplemented].model_validate_json(acceptance.message.value)
    assert (event.type, event.subject, event.id) == (
        APPEAL_SUPPLEMENTED,
        KEY.key_id,
        acceptance.attachment.attachment_id,
    )
    assert event.data == acceptance.attachment and acceptance.message.key == APPEAL.case_id


async def test_an_id_follows_from_who_sends_under_which_key() -> None:
    assert pending().attachment_id == pending().attachment_id
    assert len({pending().attachment_id, pending("a2").attachment_id, APPEAL_ID}) == 3


async def test_the_receipt_proves_the_document(vault: Vault) -> None:
    response = (await composed(vault, pending())).claim.response
    jwk = OKPKey.import_key(vault.public_jwk())
    claims = json.loads(jws.deserialize_compact(response.receipt, jwk, algorithms=["Ed25519"]).payload)
    digest = hashlib.sha256(response.receipt_salt.encode() + b"." + SCAN).hexdigest()
    assert claims["attachment_digest"] == digest and claims["sub"] == response.attachment_id


async def test_an_empty_body_is_refused(vault: Vault) -> None:
    with pytest.raises(Problem) as refused:
        await received(vault, pending(), b"")
    assert refused.value.code == "attachment.empty"


async def test_memory_stays_flat_whatever_comes(vault: Vault, tmp_path: Path) -> None:
    async def many() -> AsyncIterator[bytes]:
        yield SCAN
        for _ in range(64 * 16):
            yield b"x" * (MEGABYTE // 16)

    with spool(tmp_path) as file:
        incoming = Upload(file, KEY, vault, context="c", about="a", salt="s")
        tracemalloc.start()
        stored = await receive(many(), incoming)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert stored.size == len(SCAN) + 64 * MEGABYTE
        assert peak < 8 * MEGABYTE
        assert names(tmp_path) == ["keys"]  # an unfinished upload has no name


async def test_the_receipt_names_the_record_as_it_is_published(vault: Vault, tmp_path: Path) -> None:
    acceptance = await composed(vault, pending())
    event = CloudEvent[AppealSupplemented].model_validate_json(acceptance.message.value)
    claims = ReceiptKeys(tmp_path / "keys").claims(event.receipt or "")
    assert (claims["sub"], claims["record_digest"]) == (event.data.attachment_id, acceptance.record_digest)
    assert record_digest(event.data) == acceptance.record_digest
