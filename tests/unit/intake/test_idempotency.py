"""What a repeated request gets, without a database."""

from typing import ClassVar

import pytest

from kit.problem import Problem
from services.intake.idempotency import (
    Accepted,
    Claim,
    KeySpent,
    OtherBody,
    Outcome,
    RepeatableResponse,
    Replayed,
    StoredClaim,
    accepted,
    repeated,
)


class Response(RepeatableResponse):
    """A response with something that is not stored."""

    RECOMPUTED: ClassVar[frozenset[str]] = frozenset({"secret"})

    number: str
    secret: str = ""


def claim(number: str, body_digest: str = "digest") -> Claim[Response]:
    return Claim("online", "k1", body_digest, Response(number=number, secret="salt"))


def test_what_is_secret_is_not_stored_and_is_in_the_repeated_response() -> None:
    first = claim("VHD-1")
    stored = StoredClaim(first.body_digest, first.response.stored())
    assert "salt" not in stored.response
    assert repeated(claim("VHD-2"), stored) == Replayed(Response(number="VHD-1", secret="salt"))


def test_another_body_and_a_purged_claim_get_a_reason() -> None:
    stored = StoredClaim("digest", claim("VHD-1").response.stored())
    assert repeated(claim("VHD-2", "other"), stored) == OtherBody()
    assert repeated(claim("VHD-2"), None) == KeySpent()


@pytest.mark.parametrize(
    ("outcome", "code"),
    [(OtherBody(), "idempotency_key.other_body"), (KeySpent(), "idempotency_key.spent")],
)
def test_what_is_not_accepted_is_a_conflict(outcome: Outcome[Response], code: str) -> None:
    with pytest.raises(Problem) as refused:
        accepted(outcome)
    assert (refused.value.status, refused.value.code) == (409, code)


def test_what_is_accepted_now_or_before_is_returned() -> None:
    for outcome in (Accepted(claim("1").response), Replayed(claim("1").response)):
        assert accepted(outcome) is outcome
