"""A receipt names the record that it is published with, and verifies by the public keys alone."""

import json
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from kit.errors import PermanentError
from kit.key_files import RECEIPT_KEY, RECEIPT_KEYS, create_keys, read_public_keys
from kit.receipts import ReceiptKeys, record_digest
from kit.vault import Vault
from schemas.appeals import AppealReceived
from tests.builders import appeal, attachment

RECORD = appeal(1, "a")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_keys(tmp_path)
    return tmp_path


@pytest.fixture
def public(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the public keys alone, as the router has it."""
    router = tmp_path_factory.mktemp("router")
    (router / RECEIPT_KEYS).symlink_to(folder / RECEIPT_KEYS)
    return router


def rotate(folder: Path) -> None:
    """Sign with a new key from now on."""
    (folder / RECEIPT_KEY).unlink()
    create_keys(folder)


def refused(keys: ReceiptKeys, receipt: str) -> str:
    with pytest.raises(PermanentError) as error:
        keys.claims(receipt)
    return error.value.code


def test_the_public_keys_alone_verify_a_receipt(folder: Path, public: Path) -> None:
    assert ReceiptKeys(public).claims(Vault(folder).sign({"n": 1})) == {"n": 1}
    assert '"d"' not in (folder / RECEIPT_KEYS).read_text()


def test_after_a_rotation_receipts_of_both_keys_verify_without_a_restart(folder: Path, public: Path) -> None:
    before, keys = Vault(folder).sign({"n": 1}), ReceiptKeys(public)
    rotate(folder)
    after = Vault(folder).sign({"n": 2})
    assert [keys.claims(receipt)["n"] for receipt in (after, before)] == [2, 1]
    assert len(read_public_keys(folder / RECEIPT_KEYS)) == 2


def test_a_key_that_was_taken_out_verifies_nothing_any_more(folder: Path, public: Path) -> None:
    before = Vault(folder).sign({"n": 1})
    rotate(folder)
    kept = json.loads((folder / RECEIPT_KEYS).read_text())["keys"][1:]
    (folder / RECEIPT_KEYS).write_text(json.dumps({"keys": kept}))
    assert refused(ReceiptKeys(public), before) == "receipt_key_unknown"
    create_keys(folder)
    assert len(read_public_keys(folder / RECEIPT_KEYS)) == 1


def test_what_nobody_here_has_signed_is_refused(
    folder: Path, public: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    create_keys(other)
    keys, ours, foreign = ReceiptKeys(public), Vault(folder).sign({"n": 1}), Vault(other).sign({"n": 1})
    head, payload, signature = ours.split(".")
    assert refused(keys, foreign) == "receipt_key_unknown"
    for forged in (
        f"{head}.{foreign.split('.')[1]}.{foreign.split('.')[2]}",
        f"{head}.{payload}.",
        f"{head}.{Vault(folder).sign({'n': 2}).split('.')[1]}.{signature}",
        Vault(folder).sign({})[:-1],
        "",
        "a.b.c",
        "ə",
    ):
        assert refused(keys, forged) == "receipt_invalid"


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"keys": [{"kty": "OKP"}]}', '{"keys": 1}'])
def test_a_damaged_set_of_keys_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / RECEIPT_KEYS).write_text(content)
    with pytest.raises(PermanentError, match=r"keys_damaged.*receipt-keys\.json"):
        ReceiptKeys(tmp_path)


def test_the_router_does_not_start_without_the_keys(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match=r"keys_missing.*receipt-keys\.json"):
        ReceiptKeys(tmp_path)


def test_a_key_is_known_by_its_thumbprint_whatever_the_file_calls_it(tmp_path: Path) -> None:
    key = OKPKey.generate_key("Ed25519")
    member = key.as_dict(private=False) | {"kid": "another"}
    (tmp_path / RECEIPT_KEYS).write_text(json.dumps({"keys": [member]}))
    assert list(read_public_keys(tmp_path / RECEIPT_KEYS)) == [key.thumbprint()]


@pytest.mark.parametrize("name", sorted(set(AppealReceived.model_fields) - {"receipt_digest"}))
def test_every_field_of_a_record_changes_its_digest(name: str) -> None:
    other = appeal(2, "b").model_copy(
        update={
            "received_at": RECORD.received_at.replace(year=2022),
            "channel": "mobile",
            "district": "nasimi",
            "language": "en",
            "notice_channels": ("sms",),
            "applicant_index": "x",
            "person_index": "x",
            "contact_indexes": ("x",),
            "sealed": "other",
            "recorded_at": RECORD.received_at.replace(year=2023),
            "recorded_by": "counter-4",
            "receipt_ground": "post",
        }
    )
    changed = RECORD.model_copy(update={name: getattr(other, name)})
    assert record_digest(changed) != record_digest(RECORD)


def test_a_digest_survives_the_wire_and_a_later_field_with_a_default() -> None:
    class Later(AppealReceived):
        added: str | None = None
        flags: tuple[str, ...] = ()

    for record in (RECORD, attachment(1, "scan", RECORD.received_at)):
        sent = record.model_dump_json(exclude_none=True)
        assert record_digest(type(record).model_validate_json(sent)) == record_digest(record)
    assert record_digest(Later.model_validate_json(RECORD.model_dump_json())) == record_digest(RECORD)


def test_the_receipt_is_named_by_the_record_and_not_part_of_its_digest() -> None:
    assert record_digest(RECORD.model_copy(update={"receipt_digest": "f" * 64})) == record_digest(RECORD)
