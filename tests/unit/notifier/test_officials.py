"""Officials are notified of each deadline once, in their hours, with nothing personal."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.calendar import ShortDay
from catalogue.hours import Hours
from catalogue.model import Catalogue
from schemas.case_events import EventPayload
from services.notifier.model import Notification
from services.notifier.notices import DeadlineNotice
from services.notifier.officials import (
    next_contact_time,
    notifies_officials,
    official_contact_of,
    plan_for_officials,
)
from tests.builders import MONDAY, appeal
from tests.packaged import packaged
from tests.unit.notifier.builders import answered, escalated, recipient, reminded

CATALOGUE = packaged()
CASE = appeal(1).case_id
BAKU = CATALOGUE.calendar.zone


def baku(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of August 2021; the 23rd is a Monday."""
    return datetime(2021, 8, day, hour, minute, tzinfo=BAKU)


def planned(
    payload: EventPayload, at: datetime = MONDAY, catalogue: Catalogue = CATALOGUE
) -> tuple[Notification, ...]:
    return plan_for_officials(catalogue, "e7", CASE, payload, [recipient(1), recipient(2)], at)


def test_each_role_of_the_agency_is_notified_at_its_own_address() -> None:
    rows = planned(reminded("handler", "supervisor"))
    assert [row.recipient for row in rows] == ["official/mlspp/handler", "official/mlspp/supervisor"]
    assert {(row.channel, row.state, row.appeal_id, row.language) for row in rows} == {
        ("email", "planned", None, "az")
    }
    contacts = [official_contact_of(CATALOGUE, row.recipient) for row in rows]
    assert [contact and contact.address for contact in contacts] == [
        "muraciet.mlspp@example.az",
        "sobe.mlspp@example.az",
    ]


def test_officials_above_the_agencies_are_notified_once_however_many_agencies_there_are() -> None:
    rows = planned(escalated("head", "centre", "ministry", "commission", "head", agencies=("mlspp", "moh")))
    assert [row.recipient for row in rows] == [
        "official/mlspp/head",
        "official/moh/head",
        "official/centre",
        "official/ministry",
        "official/commission",
    ]
    assert len({row.notification_id for row in rows}) == 5


def test_everybody_in_the_packaged_escalation_policy_can_be_reached() -> None:
    everybody = {role for level in CATALOGUE.escalation_policy for role in level.told}
    rows = planned(escalated(*sorted(everybody), agencies=tuple(CATALOGUE.agencies)))
    assert {row.state for row in rows} == {"planned"}


def test_a_notice_holds_only_numbers_and_codes() -> None:
    [row] = planned(reminded("handler"))
    assert row.notice == DeadlineNotice(
        tracking_numbers=("VHD-1", "VHD-2"),
        subject="t1.a",
        deadline="1/service_norm/reminder_half",
        due_at=baku(27, 18),
        agencies=("mlspp",),
        passed=False,
    )


def test_an_official_whom_the_catalogue_no_longer_has_is_skipped() -> None:
    [row] = planned(reminded("handler", agencies=("gone",)))
    assert (row.state, row.reason) == ("skipped", "no_contact")


def test_an_event_without_agencies_notifies_no_official() -> None:
    before = escalated("head", "centre", agencies=())
    assert not notifies_officials(before) and planned(before) == ()
    assert (
        notifies_officials(escalated("head"))
        and not notifies_officials(answered())
        and planned(answered()) == ()
    )


@pytest.mark.parametrize(
    ("recorded", "goes"),
    [
        (baku(23, 0), baku(23, 9)),  # a reminder at midnight waits for the morning
        (baku(23, 8, 59), baku(23, 9)),
        (baku(23, 9), baku(23, 9)),
        (baku(23, 14, 30), baku(23, 14, 30)),
        (baku(23, 18), baku(24, 9)),  # the deadline itself: the people have gone
        (baku(27, 18), baku(30, 9)),  # a Friday
    ],
)
def test_a_message_waits_for_the_hours_of_its_recipient(recorded: datetime, goes: datetime) -> None:
    [row] = planned(reminded("handler"), recorded)
    assert row.not_before == goes


def test_hours_are_the_agency_s_own() -> None:
    rows = planned(escalated("head", "centre"), baku(23, 18))
    goes = {row.recipient: row.not_before for row in rows}
    assert goes == {"official/mlspp/head": baku(24, 9), "official/centre": baku(23, 18)}
    early = planned(reminded("handler", agencies=("moh",)), baku(23, 5))
    assert [row.not_before for row in early] == [baku(23, 8, 30)]


def test_a_holiday_is_waited_out() -> None:
    new_year = datetime(2021, 12, 31, 19, tzinfo=BAKU)
    goes = planned(reminded("handler"), new_year)[0].not_before
    assert goes is not None and goes > new_year + timedelta(days=3)
    assert CATALOGUE.calendar.is_working_day(goes.date()) and goes.hour == 9


def test_a_half_day_ends_the_hours_early() -> None:
    half = {baku(24, 12).date(): ShortDay(ends=baku(24, 13).time(), name="half")}
    calendar = CATALOGUE.calendar.model_copy(update={"short_days": half})
    catalogue = CATALOGUE.model_copy(update={"calendar": calendar})
    assert next_contact_time(catalogue, "official/mlspp/head", baku(24, 12)) == baku(24, 12)
    assert next_contact_time(catalogue, "official/mlspp/head", baku(24, 14)) == baku(25, 9)


def test_an_applicant_has_no_hours() -> None:
    assert next_contact_time(CATALOGUE, "phone-index", baku(23, 3)) == baku(23, 3)
    assert next_contact_time(CATALOGUE, f"appeal/{CASE}", baku(23, 3)) == baku(23, 3)


@given(
    st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes)),
    st.sampled_from(["official/mlspp/head", "official/moh/handler", "official/centre"]),
)
def test_no_message_goes_outside_hours_nor_later_than_it_must(at: datetime, who: str) -> None:
    goes = next_contact_time(CATALOGUE, who, at)
    contact = official_contact_of(CATALOGUE, who)
    assert contact is not None and contact.calendar.is_open(goes) and goes >= at
    if contact.calendar.is_open(at):
        assert goes == at
    else:
        assert not contact.calendar.is_open(goes - timedelta(milliseconds=1))


def test_hours_that_begin_after_a_half_day_has_ended_are_none() -> None:
    half = {baku(24, 12).date(): ShortDay(ends=baku(24, 13).time(), name="half")}
    calendar = CATALOGUE.calendar.model_copy(update={"short_days": half})
    late = CATALOGUE.officials["centre"].model_copy(
        update={"hours": Hours(opens=baku(24, 14).time(), closes=baku(24, 22).time())}
    )
    catalogue = CATALOGUE.model_copy(update={"calendar": calendar, "officials": {"centre": late}})
    assert next_contact_time(catalogue, "official/centre", baku(24, 10)) == baku(25, 14)
