"""What a case receives of an agency: statuses, and when they count as received."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from services.agency_adapter.connectors.connector import Change
from services.agency_adapter.status_inbox import Arrival, normalise, status_event
from services.agency_adapter.store.sent_assignments import SentAssignment
from tests.builders import later

CASE = "0a0b0c0d-0000-4000-8000-000000000001"
SENT = SentAssignment(
    agency_id="moh",
    key=f"{CASE}/1.examine/1",
    case_id=CASE,
    step="1.examine",
    attempt=1,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    sent_at=later(0),
    reference="r-1",
    raw_code="20",
    accepted_at=later(1),
    delivered_at=later(2),
)
CHANGE = Change("e-1", "r-1", None, "fulfilled", "40", later(5), note="open text", reason_code="other")

hours = st.floats(-100, 100).map(later)


def test_a_change_becomes_a_status() -> None:
    status = normalise(CHANGE, SENT, Arrival("webhook", later(6), None), "sealed")
    assert (status.case_id, status.step, status.attempt) == (CASE, "1.examine", 1)
    assert (status.status, status.raw_code, status.via) == ("fulfilled", "40", "webhook")
    assert (status.occurred_at, status.received_at) == (later(5), later(6))
    assert "open text" not in status.model_dump_json()


def test_the_message_repeats_with_the_agency_s_own_id_and_stays_in_the_trace() -> None:
    status = normalise(CHANGE, SENT, Arrival("poll", later(6), None), None)
    event = status_event(status, SENT)
    assert (event.id, event.subject) == (f"moh/{SENT.key}/e-1", CASE)
    assert event.traceparent is not None
    assert event.traceparent.split("-")[1] == "0af7651916cd43dd8448eb211c80319c"


def test_our_absence_makes_no_agency_late() -> None:
    away = Arrival("poll", now=later(50), polled_at=later(10))
    assert away.received_at(later(20)) == later(20)


def test_an_agency_that_says_it_was_long_ago_gains_nothing() -> None:
    assert Arrival("poll", now=later(50), polled_at=later(49)).received_at(later(3)) == later(49)
    assert Arrival("webhook", now=later(50), polled_at=None).received_at(later(3)) == later(50)


@given(hours, hours, hours | st.none())
def test_received_between_the_last_poll_and_now(
    occurred: datetime, now: datetime, polled_at: datetime | None
) -> None:
    received = Arrival("poll", now, polled_at).received_at(occurred)
    assert received <= now
    assert received >= min(now, polled_at or now)
