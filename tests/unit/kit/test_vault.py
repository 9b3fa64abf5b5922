"""Seals, indexes, receipts: what is closed stays closed, and what is changed is noticed."""

import base64
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from kit.errors import PermanentError
from kit.key_files import create_keys
from kit.vault import SEALED_LIMIT, DataKey, SealBrokenError, SignatureInvalidError, Vault, key_id_of

_KEY = DataKey("case-1", bytes(range(32)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("vault") / "keys"
    create_keys(made)
    return made


@pytest.fixture(scope="module")
def vault(folder: Path) -> Vault:
    return Vault(folder)


@given(st.binary(max_size=2000))
def test_what_was_sealed_opens_and_names_its_key(content: bytes) -> None:
    sealed = _KEY.seal(content)
    assert key_id_of(sealed) == "case-1"
    assert _KEY.open(sealed) == content


def test_a_seal_is_a_jwe_of_five_parts_and_never_the_same_twice() -> None:
    first, second = _KEY.seal(b"x"), _KEY.seal(b"x")
    assert first != second
    header = json.loads(base64.urlsafe_b64decode(first.split(".")[0] + "=="))
    assert header == {"alg": "dir", "enc": "A256GCM", "kid": "case-1"}
    assert len(first.split(".")) == 5


@given(position=st.integers(min_value=0), replacement=st.sampled_from("AQgw-_09."))
def test_a_seal_with_any_character_changed_does_not_open(position: int, replacement: str) -> None:
    sealed = _KEY.seal(b"content of some length")
    position %= len(sealed)
    if _same_bytes(sealed, changed := sealed[:position] + replacement + sealed[position + 1 :]):
        return
    with pytest.raises(SealBrokenError):
        _KEY.open(changed)


def _same_bytes(one: str, other: str) -> bool:
    """Whether two texts stand for the same bytes: base64 leaves bits of a last character unused."""

    def decoded(text: str) -> list[bytes]:
        return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text.split(".")]

    try:
        return decoded(one) == decoded(other)
    except ValueError:
        return False


@given(st.text(max_size=60))
def test_what_is_no_seal_is_refused(text: str) -> None:
    with pytest.raises(SealBrokenError):
        _KEY.open(text)


def test_another_key_opens_nothing() -> None:
    sealed = _KEY.seal(b"x")
    with pytest.raises(SealBrokenError, match="wrong_key"):
        DataKey("case-2", _KEY.secret).open(sealed)
    with pytest.raises(SealBrokenError, match="seal_broken"):
        DataKey("case-1", bytes(32)).open(sealed)


def test_the_largest_seal_fits_the_wire_and_opens_and_a_larger_one_is_refused() -> None:
    overhead = len(_KEY.seal(b"")) + 4
    largest = b"x" * ((SEALED_LIMIT - overhead) * 3 // 4)
    assert len(_KEY.seal(largest)) <= SEALED_LIMIT
    assert _KEY.open(_KEY.seal(largest)) == largest
    with pytest.raises(PermanentError, match="content_too_large"):
        _KEY.seal(b"x" * SEALED_LIMIT)


def test_no_secret_is_shown(vault: Vault) -> None:
    assert "x00" not in repr(_KEY)
    assert _KEY.secret.hex() not in repr(_KEY)


def test_keys_are_made_once_and_for_their_owner_only(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    create_keys(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert set(before) == {
        "master.key",
        "index.key",
        "digest.key",
        "payload.key",
        "receipt.jwk",
        "receipt-keys.json",
    }
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    assert len({before[name] for name in before}) == 6
    assert len(before["master.key"]) == 32


def test_a_missing_or_damaged_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match=r"keys_missing.*master\.key.*VAHID_KEYS"):
        Vault(tmp_path)
    create_keys(tmp_path)
    (tmp_path / "index.key").write_bytes(b"short")
    with pytest.raises(PermanentError, match=r"keys_damaged.*index\.key"):
        Vault(tmp_path)
    create_keys(tmp_path / "other")
    public = OKPKey.import_key(json.loads((tmp_path / "other/receipt.jwk").read_text())).as_dict(
        private=False
    )
    (tmp_path / "other/receipt.jwk").write_text(json.dumps(public))
    with pytest.raises(PermanentError, match=r"keys_damaged.*receipt\.jwk"):
        Vault(tmp_path / "other")


def test_a_blind_index_finds_equals_and_depends_on_the_installation(vault: Vault, tmp_path: Path) -> None:
    create_keys(tmp_path)
    assert vault.blind_index("5ABCDE1") == vault.blind_index("5ABCDE1")
    assert vault.blind_index("5ABCDE1") != vault.blind_index("5ABCDE2")
    assert vault.blind_index("5ABCDE1") != Vault(tmp_path).blind_index("5ABCDE1")
    assert vault.blind_index("5ABCDE1") != vault.body_digest(b"5ABCDE1")


def test_a_receipt_is_the_same_each_time_and_checks_with_the_public_key_alone(
    vault: Vault, folder: Path
) -> None:
    claims = {"tracking_number": "VH-1", "received_at": "2021-08-23T05:00:00Z"}
    receipt = vault.sign(claims)
    assert receipt == Vault(folder).sign(dict(reversed(claims.items())))
    assert vault.verify(receipt) == claims
    public = vault.public_jwk()
    assert "d" not in public
    checked = jws.deserialize_compact(receipt, OKPKey.import_key(dict(public)), algorithms=["Ed25519"])
    assert json.loads(checked.payload or b"") == claims
    assert checked.headers()["kid"] == public["kid"]


def test_a_changed_or_foreign_receipt_is_refused(vault: Vault, tmp_path: Path) -> None:
    create_keys(tmp_path)
    receipt = vault.sign({"n": 1})
    head, _, signature = receipt.split(".")
    other = base64.urlsafe_b64encode(b'{"n":2}').decode().rstrip("=")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    symmetric = jws.serialize_compact({"alg": "HS256"}, b'{"n":1}', OctKey.import_key(b"k" * 32))
    for forged in (
        f"{head}.{other}.{signature}",
        f"{unsigned}.{other}.",
        symmetric,
        Vault(tmp_path).sign({"n": 1}),
        "a.b.c",
        "",
        "ə",
    ):
        with pytest.raises(SignatureInvalidError):
            vault.verify(forged)


def test_a_content_is_sealed_alike_under_one_id_and_otherwise_never(vault):
    key, _ = vault.new_data_key("k")
    first = key.seal(b"a note", under="1")
    assert key.seal(b"a note", under="1") == first and key.open(first) == b"a note"
    others = [key.seal(b"a note", under="2"), key.seal(b"another", under="1"), key.seal(b"a note")]
    nonces = {sealed.split(".")[2] for sealed in (first, *others)}
    assert len(nonces) == 4
