import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import ProgrammingError
from temporalio.service import RPCError, RPCStatusCode

from kit.errors import InstallationError, PermanentError, TransientError
from kit.kafka.retry_policy import (
    MAX_BACKOFF_SECONDS,
    UNEXPECTED_TRIES,
    DeadLettered,
    Halted,
    Outcome,
    Retry,
    Tries,
    UndecodableError,
    backoff,
    classify,
    is_unexpected,
)

LIMIT = 3


def _invalid() -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(int).validate_python("secret name")
    return raised.value


def outcome_of(error: Exception, tries: Tries, in_a_row: int = 0) -> Outcome:
    return classify(error, tries.after(error), in_a_row=in_a_row, limit=LIMIT)


@given(st.integers(1, 100_000), st.integers(0, 100))
def test_a_transient_error_is_never_dead_lettered(made: int, in_a_row: int) -> None:
    away = TransientError("away", "away")
    assert isinstance(outcome_of(away, Tries(made), in_a_row), Retry)
    assert Tries(made).after(away) == Tries(made + 1, unexpected=0)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermanentError("case_unknown", "no such case"), "case_unknown"),
        (UndecodableError("value: json_invalid"), "undecodable"),
        (_invalid(), "invalid"),
    ],
)
@pytest.mark.parametrize("in_a_row", [0, LIMIT, 100])
def test_what_cannot_pass_is_dead_lettered_at_once_and_halts_nothing(
    error: Exception, code: str, in_a_row: int
) -> None:
    assert outcome_of(error, Tries(), in_a_row) == DeadLettered(code)
    assert not is_unexpected(error)


def outcomes_of_one_message(in_a_row: int) -> list[Outcome]:
    """What becomes of a message whose handler always fails unexpectedly, try by try."""
    tries, outcomes = Tries(), []
    for _ in range(UNEXPECTED_TRIES):
        outcomes.append(outcome_of(RuntimeError(), tries, in_a_row))
        tries = tries.after(RuntimeError())
    return outcomes


def test_an_unexpected_error_gets_a_few_tries() -> None:
    *before, last = outcomes_of_one_message(in_a_row=0)
    assert all(isinstance(outcome, Retry) for outcome in before)
    assert last == DeadLettered("unexpected")


@pytest.mark.parametrize(
    ("in_a_row", "last"),
    [
        (LIMIT - 2, DeadLettered("unexpected")),
        (LIMIT - 1, Halted()),
        (LIMIT, Halted()),  # another partition's message was at its last try when the consumer halted
    ],
)
def test_the_message_that_reaches_the_limit_halts_the_consumer(in_a_row: int, last: Outcome) -> None:
    *before, outcome = outcomes_of_one_message(in_a_row)
    assert all(isinstance(earlier, Retry) for earlier in before)
    assert outcome == last


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
def test_what_the_installation_is_to_blame_for_is_tried_for_ever(error: Exception) -> None:
    assert isinstance(outcome_of(error, Tries(made=50, unexpected=50), in_a_row=LIMIT), Retry)
    assert Tries().after(error) == Tries(made=1)


def test_an_outage_does_not_use_up_the_tries_of_an_unexpected_error() -> None:
    after_outage = Tries(made=50).after(TransientError("away", "away"))
    assert isinstance(outcome_of(RuntimeError(), after_outage), Retry)


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_backoff_grows_to_its_limit(tries: int, others: int) -> None:
    assert 0 < backoff(tries) <= MAX_BACKOFF_SECONDS
    assert backoff(min(tries, others)) <= backoff(max(tries, others))


@pytest.mark.parametrize("in_a_row", [0, LIMIT, 100])
def test_a_fault_of_the_installation_is_never_the_message_s(in_a_row: int) -> None:
    """On the first day after the calendar's last year no appeal is dead-lettered (findings K5)."""
    tries = Tries()
    for _ in range(1000):
        error = InstallationError("calendar_ended", "the calendar knows the years 2021-2030, not 2031.")
        tries = tries.after(error)
        assert isinstance(outcome_of(error, tries, in_a_row), Retry)
    assert not is_unexpected(error)
