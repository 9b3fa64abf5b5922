"""What brings no proof that intake accepted it reaches no case. The database is asked in the integration."""

from pathlib import Path
from typing import Any

import pytest

from kit.errors import PermanentError
from kit.key_files import create_keys
from kit.receipts import ISSUER, RECORD_DIGEST, ReceiptKeys, receipt_digest, record_digest
from kit.vault import Vault
from schemas.appeals import APPEAL_RECEIVED, APPEAL_SUPPLEMENTED, AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from services.router.handlers import AppealTopicHandler
from services.router.metrics import UNPROVEN
from services.router.origin import Origin
from tests.builders import MONDAY, appeal, attachment
from tests.receipts import receipted, sealed_for

Either = CloudEvent[AppealReceived | AppealSupplemented]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_keys(tmp_path)
    return Vault(tmp_path)


@pytest.fixture
def origin(vault: Vault, tmp_path: Path) -> Origin:
    nowhere: Any = None  # a message with a receipt asks no database
    return Origin(ReceiptKeys(tmp_path), nowhere)


def message(record: AppealReceived | AppealSupplemented, receipt: str) -> Any:
    type_ = APPEAL_RECEIVED if isinstance(record, AppealReceived) else APPEAL_SUPPLEMENTED
    event = Either(
        id="1", source="x", type=type_, subject=record.case_id, time=MONDAY, receipt=receipt, data=record
    )
    return Either.model_validate_json(event.encode())


def counted(code: str) -> float:
    return float(UNPROVEN.labels(code=code)._value.get())


async def test_what_intake_has_signed_is_proven(origin: Origin, vault: Vault) -> None:
    for record in (appeal(1, "a"), attachment(1, "scan", MONDAY)):
        await origin.require(message(*receipted(record, vault)))


@pytest.mark.parametrize(
    "changes",
    [
        {"services": ("b",)},
        {"district": "nasimi"},
        {"tracking_number": "VHD-2"},
        {"notice_channels": ()},
        {"applicant_index": "of another person"},
        {"contact_indexes": ("of another person",)},
        {"received_at": MONDAY.replace(year=2020)},
        {"channel": "on_site"},
        {"appeal_id": appeal(2).appeal_id},
        {"receipt_digest": "f" * 64},
        {"sealed": sealed_for(appeal(1).case_id, b"exchanged")},
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_an_exchanged_field_is_found(origin: Origin, vault: Vault, changes: dict[str, Any]) -> None:
    record, receipt = receipted(appeal(1, "a"), vault)
    await _refused(origin, message(record.model_copy(update=changes), receipt), "receipt_differs")


async def test_an_exchanged_document_is_found(origin: Origin, vault: Vault) -> None:
    record, receipt = receipted(attachment(1, "scan", MONDAY), vault)
    for changes in ({"address": "1" * 64}, {"sealed_size": 2}, {"appeal_id": appeal(2).appeal_id}):
        changed = record.model_copy(update=changes)
        await _refused(origin, message(changed, receipt), "receipt_differs")
    other, receipt_of_other = receipted(attachment(1, "other", MONDAY), vault)
    assert other.attachment_id != record.attachment_id
    await _refused(origin, message(record, receipt_of_other), "receipt_differs")


async def test_the_content_of_another_person_is_found_even_under_a_receipt(
    origin: Origin, vault: Vault
) -> None:
    for sealed in (sealed_for(appeal(2).case_id), "a.b.c", "a.."):
        record, receipt = receipted(appeal(1, "a").model_copy(update={"sealed": sealed}), vault)
        await _refused(origin, message(record, receipt), "sealed_elsewhere")


@pytest.mark.parametrize("claims", [{"iss": "urn:other"}, {"sub": appeal(2).appeal_id}, {RECORD_DIGEST: "f"}])
async def test_a_receipt_of_something_else_proves_nothing(
    origin: Origin, vault: Vault, claims: dict[str, str]
) -> None:
    record = appeal(1).model_copy(update={"sealed": sealed_for(appeal(1).case_id)})
    named = {"iss": ISSUER, "sub": record.appeal_id, RECORD_DIGEST: record_digest(record)}
    receipt = vault.sign(named | claims)
    record = record.model_copy(update={"receipt_digest": receipt_digest(receipt)})
    await _refused(origin, message(record, receipt), "receipt_differs")


async def test_nothing_reaches_a_handler_before_it_is_proven(
    origin: Origin, vault: Vault, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def never(event: object) -> None:
        raise AssertionError("handled")

    handler: Any = never
    other = tmp_path_factory.mktemp("other")
    create_keys(other)
    for record in (appeal(1), attachment(1, "scan", MONDAY)):
        with pytest.raises(PermanentError) as caught:
            forged = message(*receipted(record, Vault(other)))
            await AppealTopicHandler(origin, handler, handler)(forged)
        assert caught.value.code == "receipt_key_unknown"


async def _refused(origin: Origin, event: Any, code: str) -> None:
    before = counted(code)
    with pytest.raises(PermanentError) as caught:
        await origin.require(event)
    assert caught.value.code == code
    assert counted(code) == before + 1
