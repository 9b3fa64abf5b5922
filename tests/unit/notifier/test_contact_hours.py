"""A delayed message waits for the official's hours; one that became due just now does not."""

from datetime import UTC, datetime, timedelta

from catalogue.model import Catalogue
from kit.clock import Clock
from services.notifier.contact_hours import ContactHours
from services.notifier.officials import plan_for_officials
from services.notifier.outcomes import Settlement
from services.notifier.planning import plan_for_applicants
from services.notifier.store.due import DueMessage
from tests.builders import MONDAY, appeal
from tests.unit.notifier.builders import answered, recipient, reminded

NOON, NIGHT = MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=14)
MORNING = MONDAY + timedelta(hours=23)
SECOND = timedelta(seconds=1)
RETRIED = Settlement("planned", "connection_lost", retry_in=SECOND)


def clock_at(business: datetime) -> Clock:
    return Clock(epoch=business, started_at=datetime.now(UTC))


def hours_at(catalogue: Catalogue, business: datetime) -> ContactHours:
    return ContactHours(catalogue, clock_at(business))


def to_official(catalogue: Catalogue, waited: timedelta = timedelta(hours=1)) -> DueMessage:
    [row] = plan_for_officials(catalogue, "e7", appeal(1).case_id, reminded("handler"), [], MONDAY)
    return DueMessage(row, None, 0, None, datetime.now(UTC) - waited)


def to_applicant(catalogue: Catalogue) -> DueMessage:
    row = plan_for_applicants(catalogue, "e9", 9, answered(), [recipient(1)])[0]
    return DueMessage(row, "sealed", 0, None, datetime.now(UTC) - timedelta(hours=1))


def test_a_message_delayed_beyond_the_hours_waits_for_the_morning(catalogue: Catalogue) -> None:
    clock = clock_at(NIGHT)
    assert ContactHours(catalogue, clock).closed_until(to_official(catalogue)) == clock.real(MORNING)
    assert hours_at(catalogue, NOON).closed_until(to_official(catalogue)) is None


def test_a_message_that_became_due_just_now_is_not_held(catalogue: Catalogue) -> None:
    just_due = to_official(catalogue, timedelta(minutes=1))
    assert hours_at(catalogue, NIGHT).closed_until(just_due) is None


def test_applicants_are_notified_at_any_hour(catalogue: Catalogue) -> None:
    hours = hours_at(catalogue, NIGHT)
    assert hours.closed_until(to_applicant(catalogue)) is None
    assert hours.within_hours(to_applicant(catalogue), RETRIED).retry_in == SECOND


def test_the_next_attempt_is_within_the_hours(catalogue: Catalogue) -> None:
    at_night = hours_at(catalogue, NIGHT).within_hours(to_official(catalogue), RETRIED).retry_in
    assert at_night is not None
    assert abs(at_night - (MORNING - NIGHT)) < timedelta(minutes=5)
    assert hours_at(catalogue, NOON).within_hours(to_official(catalogue), RETRIED).retry_in == SECOND
    sent = Settlement("sent", provider_id="<1@vahid>")
    assert hours_at(catalogue, NIGHT).within_hours(to_official(catalogue), sent) == sent
