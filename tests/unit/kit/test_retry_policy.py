import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import ProgrammingError
from temporalio.service import RPCError, RPCStatusCode

from kit.errors import PermanentError, TransientError
from kit.kafka.retry_policy import (
    MAX_BACKOFF_SECONDS,
    UNEXPECTED_TRIES,
    DeadLettered,
    Retry,
    Tries,
    UndecodableError,
    backoff,
    classify,
    name_of,
)


def _invalid() -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(int).validate_python("secret name")
    return raised.value


@given(st.integers(1, 100_000))
def test_a_transient_error_is_never_buried(made: int) -> None:
    tries = Tries(made=made)
    assert isinstance(classify(TransientError("away", "away"), tries), Retry)
    assert tries.unexpected == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermanentError("case_unknown", "no such case"), "case_unknown"),
        (UndecodableError("value: json_invalid"), "undecodable"),
        (_invalid(), "invalid"),
    ],
)
def test_what_cannot_pass_is_buried_at_once(error: Exception, code: str) -> None:
    assert classify(error, Tries(made=1)) == DeadLettered(code)


def test_an_unexpected_error_gets_a_few_tries() -> None:
    tries = Tries()
    verdicts = []
    for _ in range(UNEXPECTED_TRIES):
        tries.made += 1
        verdicts.append(classify(RuntimeError(), tries))
    assert all(isinstance(outcome, Retry) for outcome in verdicts[:-1])
    assert verdicts[-1] == DeadLettered("unexpected")


@pytest.mark.parametrize(
    "error",
    [
        RPCError("refused", RPCStatusCode.PERMISSION_DENIED, b""),
        RPCError("who are you", RPCStatusCode.UNAUTHENTICATED, b""),
        RPCError("no such namespace", RPCStatusCode.NOT_FOUND, b""),
        asyncpg.InvalidPasswordError("refused"),
        ProgrammingError("SELECT 1", None, asyncpg.InsufficientPrivilegeError("refused")),
        asyncpg.InvalidCatalogNameError("no such database"),
    ],
)
def test_what_the_installation_is_to_blame_for_buries_no_message(error: Exception) -> None:
    tries = Tries(made=50)
    assert all(isinstance(classify(error, tries), Retry) for _ in range(UNEXPECTED_TRIES))
    assert tries.unexpected == 0


def test_an_outage_does_not_use_up_the_tries_of_an_unexpected_error() -> None:
    tries = Tries(made=50)
    classify(TransientError("away", "away"), tries)
    assert isinstance(classify(RuntimeError(), tries), Retry)


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_backoff_grows_to_its_limit(one: int, other: int) -> None:
    assert 0 < backoff(one) <= MAX_BACKOFF_SECONDS
    assert backoff(min(one, other)) <= backoff(max(one, other))


def test_the_name_of_an_error_keeps_its_text_to_itself() -> None:
    assert "secret" not in name_of(_invalid())
    assert name_of(PermanentError("case_unknown", "secret")) == "PermanentError:case_unknown"
