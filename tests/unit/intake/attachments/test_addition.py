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
from kit.sealed_stream import StreamOpener
from kit.tracing import new_traceparent
from kit.vault import DataKey, Vault
from schemas.actors import Actor
from schemas.appeals import APPEAL_SUPPLEMENTED, AppealSupplemented, AttachmentContent
from schemas.envelope import CloudEvent
from services.intake.appeals.acceptance import appeal_id_of, case_id_of
from services.intake.attachments.addition import Addition, AppealOnFile, Intended, compose, salt_of
from services.intake.attachments.upload import Received, Upload, spool, take_in
from tests.unit.intake.documents import SCAN

ACTOR = Actor(kind="channel", id="online")
APPEAL_ID = appeal_id_of(ACTOR, "k1")
KEY = DataKey(case_id_of(APPEAL_ID), b"k" * 32)
APPEAL = AppealOnFile(APPEAL_ID, KEY.key_id, "VHD-21-0000001-A", "online", "online", ("employment",), "")
NOW = datetime(2021, 8, 23, 5, tzinfo=UTC)
MEGABYTE = 1024 * 1024


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_keys(tmp_path / "keys")
    return Vault(tmp_path / "keys")


def intended(key: str = "a1", document: str = "identity_card") -> Intended:
    return Intended(ACTOR, key, APPEAL, document, new_traceparent())


def upload(vault: Vault, file: io.BytesIO, of: Intended) -> Upload:
    salt = salt_of(vault, of.attachment_id)
    return Upload(file, KEY, vault, context=of.context, about=of.about, salt=salt)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def parts(content: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def received(vault: Vault, of: Intended, content: bytes = SCAN) -> Received:
    return await take_in(parts(content), upload(vault, io.BytesIO(), of))


async def composed(vault: Vault, of: Intended, content: bytes = SCAN) -> Addition:
    return compose(of, await received(vault, of, content), KEY, vault, NOW)


async def test_what_is_stored_opens_to_the_document_and_is_its_own_address(vault: Vault) -> None:
    of = intended()
    came = await received(vault, of)
    sealed = came.file.read()
    assert hashlib.sha256(sealed).hexdigest() == came.address and len(sealed) == came.sealed_size
    assert SCAN[:20] not in sealed and came.size == len(SCAN)
    opener = StreamOpener(KEY, of.context)
    assert opener.update(sealed) + opener.finish() == SCAN


async def test_a_repeated_request_is_known_and_any_other_is_not(vault: Vault) -> None:
    first, again = await received(vault, intended()), await received(vault, intended())
    assert first.body_digest == again.body_digest
    assert first.address != again.address  # two sealings of one content share nothing
    longer = await received(vault, intended(), SCAN + b"\n")
    other = await received(vault, intended(document="medical_record"))
    assert len({first.body_digest, longer.body_digest, other.body_digest}) == 3


async def test_nothing_personal_stands_open(vault: Vault) -> None:
    addition = await composed(vault, intended())
    stored = addition.answer.model_dump_json(exclude={"document", "media_type", "size", "receipt_salt"})
    [claims] = [jws.extract_compact(addition.answer.receipt.encode()).payload]
    for shown in (addition.message.value.decode(), stored, claims.decode(), repr(addition.attachment)):
        assert "identity_card" not in shown and "application/pdf" not in shown
    content = AttachmentContent.model_validate_json(KEY.open(addition.attachment.sealed))
    assert (content.document, content.media_type, content.size) == (
        "identity_card",
        "application/pdf",
        len(SCAN),
    )


async def test_the_message_is_the_contract(vault: Vault) -> None:
    addition = await composed(vault, intended())
    event = CloudEvent[AppealSupplemented].model_validate_json(addition.message.value)
    assert (event.type, event.subject, event.id) == (
        APPEAL_SUPPLEMENTED,
        KEY.key_id,
        addition.attachment.attachment_id,
    )
    assert event.data == addition.attachment and addition.message.key == APPEAL.case_id


async def test_an_id_follows_from_who_sends_under_which_key() -> None:
    assert intended().attachment_id == intended().attachment_id
    assert len({intended().attachment_id, intended("a2").attachment_id, APPEAL_ID}) == 3


async def test_the_receipt_proves_what_was_handed_in(vault: Vault) -> None:
    answer = (await composed(vault, intended())).answer
    jwk = OKPKey.import_key(vault.public_jwk())
    claims = json.loads(jws.deserialize_compact(answer.receipt, jwk, algorithms=["Ed25519"]).payload)
    digest = hashlib.sha256(answer.receipt_salt.encode() + b"." + SCAN).hexdigest()
    assert claims["attachment_digest"] == digest and claims["sub"] == answer.attachment_id


async def test_an_empty_body_is_refused(vault: Vault) -> None:
    with pytest.raises(Problem) as refused:
        await received(vault, intended(), b"")
    assert refused.value.code == "attachment.empty"


async def test_memory_stays_flat_whatever_comes(vault: Vault, tmp_path: Path) -> None:
    async def many() -> AsyncIterator[bytes]:
        yield SCAN
        for _ in range(64 * 16):
            yield b"x" * (MEGABYTE // 16)

    with spool(tmp_path) as file:
        incoming = Upload(file, KEY, vault, context="c", about="a", salt="s")
        tracemalloc.start()
        came = await take_in(many(), incoming)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert came.size == len(SCAN) + 64 * MEGABYTE
        assert peak < 8 * MEGABYTE
        assert names(tmp_path) == ["keys"]  # what is on its way has no name
