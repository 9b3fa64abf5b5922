"""What an accepted appeal consists of: closed contents, ids that repeat, a receipt that proves."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import pytest
import rfc8785
from joserfc import jws
from joserfc.jwk import OKPKey

from kit.key_files import create_keys
from kit.receipts import ISSUER, ReceiptKeys, record_digest
from kit.tracing import new_traceparent
from kit.vault import Vault, key_id_of
from schemas.actors import Actor
from schemas.appeals import APPEAL_RECEIVED, AppealReceived
from schemas.envelope import CloudEvent
from services.intake.appeals.acceptance import (
    AppealAcceptance,
    SubmittedAppeal,
    appeal_id_of,
    case_id_of,
    compose,
)
from services.intake.appeals.domain import AppealRefused, accept
from tests.unit.intake.submissions import KNOWN, applicant, body

ACTOR = Actor(kind="channel", id="online")
NOW = datetime(2021, 8, 23, 5, tzinfo=UTC)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_keys(tmp_path / "keys")
    return Vault(tmp_path / "keys")


def composed(vault: Vault, sent: dict[str, object], key: str = "k1") -> AppealAcceptance:
    submitted = SubmittedAppeal(ACTOR, key, sent, accept(sent, KNOWN), new_traceparent())
    return compose(submitted, vault, number="VHD-21-0000001-A", now=NOW)


def test_nothing_personal_stands_open(vault: Vault) -> None:
    acceptance = composed(
        vault, applicant(patronymic="Gizli oğlu") | {"text": "Gizli sözlər", "district": "Nəsimi rayonu"}
    )
    shown = f"{acceptance.appeal!r} {acceptance.message!r} {acceptance.claim!r}"
    for personal in ("Nümunə", "Gizli", "5ABC1D2", "994501234567", "numune@"):
        assert personal not in shown
        assert personal.encode() not in acceptance.message.value
    assert acceptance.appeal.district == "nasimi"


def test_the_message_is_the_contract(vault: Vault) -> None:
    acceptance = composed(vault, body())
    event = CloudEvent[AppealReceived].model_validate_json(acceptance.message.value)
    assert (event.type, event.subject, event.id) == (
        APPEAL_RECEIVED, acceptance.appeal.case_id, acceptance.appeal.appeal_id
    )  # fmt: skip
    assert event.correlationid == "VHD-21-0000001-A" and event.data == acceptance.appeal
    assert acceptance.message.key == event.subject == key_id_of(event.data.sealed)


def test_a_contact_is_found_again_and_not_shown(vault: Vault) -> None:
    first, without_fin, other = (
        composed(vault, sent).appeal.contact_indexes
        for sent in (body(), applicant(fin=None), applicant(phone="+994501234568", email=None))
    )
    assert first == without_fin and len(set(first)) == 2
    assert len(other) == 1 and not set(other) & set(first)


def test_a_contact_is_found_however_it_is_written(vault: Vault) -> None:
    written = [
        applicant(email=email, phone=phone)
        for email, phone in (
            ("numune@example.az", "+994501234567"),
            ("NUMUNE@EXAMPLE.AZ", "050 123 45 67"),
            ("Numune@Example.az", "00 994 50 123-45-67"),
        )
    ]
    assert len({composed(vault, each).appeal.contact_indexes for each in written}) == 1


def test_a_representative_of_several_persons_does_not_join_their_cases(vault: Vault) -> None:
    representative = {"surname": "N", "name": "N", "ground": "power of attorney", "phone": "+994501234567"}
    sent = applicant(phone=None, email=None) | {"representative": representative}
    assert composed(vault, sent).appeal.contact_indexes == ()


def test_ids_follow_from_who_sends_under_which_key(vault: Vault) -> None:
    first, again, other = (composed(vault, body(), key).appeal for key in ("k1", "k1", "k2"))
    assert (first.appeal_id, first.case_id) == (again.appeal_id, again.case_id)
    assert first.appeal_id == appeal_id_of(ACTOR, "k1") and first.case_id == case_id_of(first.appeal_id)
    assert len({first.appeal_id, first.case_id, other.appeal_id, other.case_id}) == 4
    assert appeal_id_of(Actor(kind="channel", id="mobile"), "k1") != first.appeal_id


def test_ids_are_uuids_of_version_5() -> None:
    appeal_id = appeal_id_of(ACTOR, "k1")
    assert case_id_of(appeal_id) == str(
        uuid5(UUID("6f0b4b1e-6f0e-5c0c-9a51-0f6a2f1f6a11"), f"case/{appeal_id}")
    )


def test_without_a_fin_there_is_no_index(vault: Vault) -> None:
    assert composed(vault, applicant(fin=None)).appeal.applicant_index is None
    assert composed(vault, applicant(fin="5abc1d2")).appeal.applicant_index == vault.blind_index("5ABC1D2")


def test_names_are_found_in_any_usual_spelling_and_only_with_a_fin(vault: Vault) -> None:
    spelt = [
        applicant(surname=surname, name=name, birth_date="1990-02-14")
        for surname, name in (("Nümunəyev", "Nümunə"), ("NUMUNEYEV", "Numune"), ("Nümunə", "Nümunəyev"))
    ]
    assert len({composed(vault, each).appeal.person_index for each in spelt}) == 1
    others = [applicant(), applicant(birth_date="1990-02-15"), applicant(name="Nümunəli")]
    assert len({composed(vault, each).appeal.person_index for each in (spelt[0], *others)}) == 4
    assert composed(vault, applicant(fin=None)).appeal.person_index is None


def test_the_receipt_proves_the_appeal_offline(vault: Vault) -> None:
    sent = body()
    acceptance = composed(vault, sent)
    response, public = acceptance.claim.response, OKPKey.import_key(vault.public_jwk())
    claims = json.loads(jws.deserialize_compact(response.receipt, public, algorithms=["Ed25519"]).payload)
    salted = response.receipt_salt.encode() + b"." + rfc8785.dumps(sent)
    assert claims["appeal_digest"] == hashlib.sha256(salted).hexdigest()
    assert claims["tracking_number"] == response.tracking_number and claims["sub"] == response.appeal_id
    assert claims["received_at"] == NOW.isoformat()
    assert acceptance.appeal.receipt_digest == hashlib.sha256(response.receipt.encode()).hexdigest()


def test_a_body_is_the_same_in_any_order_of_its_fields(vault: Vault) -> None:
    sent = body()
    backwards = dict(reversed(sent.items()))
    assert composed(vault, sent).claim.body_digest == composed(vault, backwards).claim.body_digest
    assert composed(vault, sent).claim.body_digest != composed(vault, body(text="x")).claim.body_digest


def test_what_cannot_be_sealed_is_refused(vault: Vault) -> None:
    long = {f"d{each}": "🕊" * 200 for each in range(50)}
    with pytest.raises(AppealRefused) as refused:
        composed(vault, body(text="🕊" * 10_000, details=long))
    assert refused.value.code == "appeal.too_large"


def test_the_receipt_names_the_record_as_it_is_published(vault: Vault, tmp_path: Path) -> None:
    for sent in (body(), applicant(fin=None), body(services=[], text="Kömək edin", notice={})):
        acceptance = composed(vault, sent)
        event = CloudEvent[AppealReceived].model_validate_json(acceptance.message.value)
        claims = ReceiptKeys(tmp_path / "keys").claims(event.receipt or "")
        named = {"iss": ISSUER, "sub": event.data.appeal_id, "record_digest": acceptance.record_digest}
        assert named.items() <= claims.items()
        assert record_digest(event.data) == acceptance.record_digest
        assert event.receipt == acceptance.claim.response.receipt
