"""A letter that was kept back does not go at night, and one that is on its way is not kept back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalogue.model import Catalogue
from kit.clock import Clock
from kit.database import Database
from kit.key_files import create_keys
from kit.vault import Vault
from services.notifier.gateways.mail import MailGateway
from services.notifier.message_composer import MessageComposer
from services.notifier.officials import plan_for_officials
from services.notifier.outcomes import Settlement
from services.notifier.planning import plan
from services.notifier.sender import Sender
from services.notifier.settings import NotifierSettings
from services.notifier.store import Due
from services.notifier.wake_signal import WakeSignal
from tests.builders import MONDAY, appeal
from tests.unit.notifier.builders import answered, recipient, reminded

NOON, NIGHT = MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=14)
MORNING = MONDAY + timedelta(hours=23)
SECOND = timedelta(seconds=1)
RETRIED = Settlement("planned", "connection_lost", retry_in=SECOND)

At = Callable[[datetime], tuple[Sender, Clock]]


@pytest.fixture
def at(catalogue: Catalogue, tmp_path: Path) -> At:
    """A sender for which business time is as given, and its clock."""
    create_keys(tmp_path / "keys")
    composer = MessageComposer(Vault(tmp_path / "keys"), catalogue)
    settings = NotifierSettings()
    database = Database(settings.database_url)

    def make(business: datetime) -> tuple[Sender, Clock]:
        clock = Clock(epoch=business, started_at=datetime.now(UTC))
        gateway = MailGateway(settings, clock)
        return Sender(gateway, database, composer, clock, timedelta(seconds=30), WakeSignal()), clock

    return make


def to_official(catalogue: Catalogue, waited: timedelta = timedelta(hours=1)) -> Due:
    body = reminded("handler")
    [one] = plan_for_officials(catalogue, "e7", appeal(1).case_id, body, [], MONDAY)
    return Due(one, None, 0, None, datetime.now(UTC) - waited)


def to_applicant(catalogue: Catalogue) -> Due:
    one = plan(catalogue, "e9", 9, answered(), [recipient(1)])[0]
    return Due(one, "sealed", 0, None, datetime.now(UTC) - timedelta(hours=1))


def test_what_was_kept_back_until_the_office_had_closed_waits_for_the_morning(
    catalogue: Catalogue, at: At
) -> None:
    sender, clock = at(NIGHT)
    assert sender._closed_until(to_official(catalogue)) == clock.real(MORNING)
    assert at(NOON)[0]._closed_until(to_official(catalogue)) is None


def test_what_is_on_its_way_goes(catalogue: Catalogue, at: At) -> None:
    assert at(NIGHT)[0]._closed_until(to_official(catalogue, timedelta(minutes=1))) is None


def test_applicants_are_told_at_any_hour(catalogue: Catalogue, at: At) -> None:
    sender, _ = at(NIGHT)
    assert sender._closed_until(to_applicant(catalogue)) is None
    assert sender._within_hours(to_applicant(catalogue), RETRIED).retry_in == SECOND


def test_the_next_try_is_made_when_the_office_is_open(catalogue: Catalogue, at: At) -> None:
    tried_at_night = at(NIGHT)[0]._within_hours(to_official(catalogue), RETRIED).retry_in
    assert tried_at_night is not None
    assert abs(tried_at_night - (MORNING - NIGHT)) < timedelta(minutes=5)
    assert at(NOON)[0]._within_hours(to_official(catalogue), RETRIED).retry_in == SECOND
    sent = Settlement("sent", provider_id="<1@vahid>")
    assert at(NIGHT)[0]._within_hours(to_official(catalogue), sent) == sent
