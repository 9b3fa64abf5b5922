import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.outcomes import (
    LONGEST_RETRY,
    Delivery,
    NotTaken,
    Refused,
    Sent,
    Unknown,
    retry_after,
    settle,
)


@pytest.mark.parametrize(
    ("delivery", "repeatable", "state", "outcome"),
    [
        (Sent("id"), False, "sent", "sent"),
        (Refused("smtp_550"), False, "failed", "failed"),
        (NotTaken("connection_lost"), False, "planned", "retried"),
        (Unknown("no_answer"), False, "parked", "parked"),
        (Unknown("no_answer"), True, "planned", "retried"),
    ],
)
def test_what_follows(delivery: Delivery, repeatable: bool, state: str, outcome: str) -> None:
    settlement = settle(delivery, 1, repeatable=repeatable)
    assert (settlement.state, settlement.outcome) == (state, outcome)
    assert (settlement.retry_in is not None) == (state == "planned")


@given(st.integers(1, 10_000))
def test_waits_grow_and_never_end(attempts: int) -> None:
    assert retry_after(attempts) <= retry_after(attempts + 1) <= LONGEST_RETRY
