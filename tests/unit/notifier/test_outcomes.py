import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.outcomes import (
    LONGEST_RETRY,
    NotSent,
    Refused,
    SendOutcome,
    Sent,
    Unknown,
    retry_after,
    settlement_of,
)


@pytest.mark.parametrize(
    ("sent", "idempotent", "state", "outcome"),
    [
        (Sent("id"), False, "sent", "sent"),
        (Refused("smtp_550"), False, "failed", "failed"),
        (NotSent("connection_lost"), False, "planned", "retried"),
        (Unknown("no_response"), False, "parked", "parked"),
        (Unknown("no_response"), True, "planned", "retried"),
    ],
)
def test_the_settlement_of_an_outcome(sent: SendOutcome, idempotent: bool, state: str, outcome: str) -> None:
    settlement = settlement_of(sent, 1, idempotent=idempotent)
    assert (settlement.state, settlement.outcome) == (state, outcome)
    assert (settlement.retry_in is not None) == (state == "planned")


@given(st.integers(1, 10_000))
def test_waits_grow_and_never_end(attempts: int) -> None:
    assert retry_after(attempts) <= retry_after(attempts + 1) <= LONGEST_RETRY


def test_a_second_at_first_then_twice_as_long_each_time_and_five_minutes_at_most() -> None:
    waits = [int(retry_after(attempt).total_seconds()) for attempt in (1, 2, 3, 8, 9, 10, 11, 40, 10_000)]
    assert waits == [1, 2, 4, 128, 256, 300, 300, 300, 300]
