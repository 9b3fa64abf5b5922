"""What is written by hand is what a library that knows the standard writes and reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

from kit.jose import ReceiptSigner, sealed_compact

SECRET = bytes(range(32))
OWN = OKPKey.generate_key("Ed25519")


@given(st.binary(max_size=2000), st.text(max_size=20))
def test_a_library_opens_what_was_sealed(content: bytes, key_id: str) -> None:
    sealed = sealed_compact(SECRET, key_id, content)
    opened = jwe.decrypt_compact(sealed, OctKey.import_key(SECRET), algorithms=["dir", "A256GCM"])
    assert (opened.plaintext or b"") == content
    assert opened.headers() == {"alg": "dir", "enc": "A256GCM", "kid": key_id}


@given(st.binary(max_size=500))
def test_a_receipt_is_the_very_one_that_a_library_signs(payload: bytes) -> None:
    head = {"alg": "Ed25519", "kid": "k", "typ": "JWT"}
    signed = jws.serialize_compact(head, payload, OWN, algorithms=["Ed25519"])
    assert ReceiptSigner(OWN.private_key, "k").sign(payload) == signed  # type: ignore[arg-type]


def test_each_seal_has_a_nonce_of_its_own() -> None:
    nonces = {sealed_compact(SECRET, "k", b"x").split(".")[2] for _ in range(100)}
    assert len(nonces) == 100


@pytest.mark.parametrize("part", [0, 2, 3, 4])
def test_a_part_of_another_seal_does_not_open(part: int) -> None:
    # Long enough that two ciphertexts are not the same by chance, as one byte in 256 is.
    one, other = (sealed_compact(SECRET, name, 32 * name.encode()).split(".") for name in ("a", "b"))
    mixed = ".".join([*one[:part], other[part], *one[part + 1 :]])
    with pytest.raises(JoseError):
        jwe.decrypt_compact(mixed, OctKey.import_key(SECRET), algorithms=["dir", "A256GCM"])
