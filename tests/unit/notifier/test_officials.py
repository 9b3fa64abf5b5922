"""Officials hear of each deadline once, in their hours, and of nobody's person."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.calendar import ShortDay
from catalogue.hours import Hours
from catalogue.model import Catalogue
from schemas.case_events import EventPayload
from services.notifier.digest import word_digest
from services.notifier.model import Deadline, Notification
from services.notifier.officials import LANGUAGE, is_raised, office_of, opening, plan_for_officials
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
    body: EventPayload, at: datetime = MONDAY, catalogue: Catalogue = CATALOGUE
) -> tuple[Notification, ...]:
    return plan_for_officials(catalogue, "e7", CASE, body, [recipient(1), recipient(2)], at)


def test_each_role_of_the_agency_is_told_by_its_own_address() -> None:
    rows = planned(reminded("handler", "supervisor"))
    assert [one.recipient for one in rows] == ["official/mlspp/handler", "official/mlspp/supervisor"]
    assert {(one.channel, one.state, one.appeal_id, one.language) for one in rows} == {
        ("email", "planned", None, "az")
    }
    offices = [office_of(CATALOGUE, one.recipient) for one in rows]
    assert [one and one.contact for one in offices] == ["muraciet.mlspp@example.az", "sobe.mlspp@example.az"]


def test_above_the_agencies_each_is_told_once_however_many_agencies_there_are() -> None:
    rows = planned(escalated("head", "centre", "ministry", "commission", "head", agencies=("mlspp", "moh")))
    assert [one.recipient for one in rows] == [
        "official/mlspp/head",
        "official/moh/head",
        "official/centre",
        "official/ministry",
        "official/commission",
    ]
    assert len({one.notification_id for one in rows}) == 5


def test_everybody_whom_the_packaged_escalation_policy_tells_can_be_reached() -> None:
    everybody = {role for level in CATALOGUE.escalation_policy for role in level.told}
    rows = planned(escalated(*sorted(everybody), agencies=tuple(CATALOGUE.agencies)))
    assert {one.state for one in rows} == {"planned"}


def test_a_message_holds_numbers_and_codes_alone() -> None:
    [row] = planned(reminded("handler"))
    assert row.message == Deadline(
        tracking_numbers=("VHD-1", "VHD-2"),
        subject="t1.a",
        clock="1/service_norm/reminder_half",
        due_at=baku(27, 18),
        agencies=("mlspp",),
        passed=False,
    )


def test_who_is_not_in_the_catalogue_any_more_gets_a_row_that_says_so() -> None:
    [row] = planned(reminded("handler", agencies=("gone",)))
    assert (row.state, row.reason) == ("skipped", "no_contact")


def test_an_event_from_before_officials_were_told_tells_nobody() -> None:
    before = escalated("head", "centre", agencies=())
    assert not is_raised(before) and planned(before) == ()
    assert is_raised(escalated("head")) and not is_raised(answered()) and planned(answered()) == ()


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


def test_hours_are_the_agencys_own() -> None:
    rows = planned(escalated("head", "centre"), baku(23, 18))
    goes = {one.recipient: one.not_before for one in rows}
    assert goes == {"official/mlspp/head": baku(24, 9), "official/centre": baku(23, 18)}
    early = planned(reminded("handler", agencies=("moh",)), baku(23, 5))
    assert [one.not_before for one in early] == [baku(23, 8, 30)]


def test_a_holiday_is_waited_out() -> None:
    new_year = datetime(2021, 12, 31, 19, tzinfo=BAKU)
    goes = planned(reminded("handler"), new_year)[0].not_before
    assert goes is not None and goes > new_year + timedelta(days=3)
    assert CATALOGUE.calendar.is_working_day(goes.date()) and goes.hour == 9


def test_a_half_day_ends_the_hours_early() -> None:
    half = {baku(24, 12).date(): ShortDay(ends=baku(24, 13).time(), name="half")}
    calendar = CATALOGUE.calendar.model_copy(update={"short_days": half})
    catalogue = CATALOGUE.model_copy(update={"calendar": calendar})
    assert opening(catalogue, "official/mlspp/head", baku(24, 12)) == baku(24, 12)
    assert opening(catalogue, "official/mlspp/head", baku(24, 14)) == baku(25, 9)


def test_an_applicant_has_no_hours() -> None:
    assert opening(CATALOGUE, "phone-index", baku(23, 3)) == baku(23, 3)
    assert opening(CATALOGUE, f"appeal/{CASE}", baku(23, 3)) == baku(23, 3)


@given(
    st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes)),
    st.sampled_from(["official/mlspp/head", "official/moh/handler", "official/centre"]),
)
def test_no_message_goes_outside_hours_nor_later_than_it_must(at: datetime, who: str) -> None:
    goes = opening(CATALOGUE, who, at)
    office = office_of(CATALOGUE, who)
    assert office is not None and office.calendar.is_open(goes) and goes >= at
    if office.calendar.is_open(at):
        assert goes == at
    else:
        assert not office.calendar.is_open(goes - timedelta(milliseconds=1))


def test_hours_that_begin_after_a_half_day_has_ended_are_none() -> None:
    half = {baku(24, 12).date(): ShortDay(ends=baku(24, 13).time(), name="half")}
    calendar = CATALOGUE.calendar.model_copy(update={"short_days": half})
    late = CATALOGUE.officials["centre"].model_copy(
        update={"hours": Hours(opens=baku(24, 14).time(), closes=baku(24, 22).time())}
    )
    catalogue = CATALOGUE.model_copy(update={"calendar": calendar, "officials": {"centre": late}})
    assert opening(catalogue, "official/centre", baku(24, 10)) == baku(25, 14)


def test_a_letter_names_every_deadline_once_what_has_passed_first() -> None:
    office = office_of(CATALOGUE, "official/mlspp/head")
    assert office is not None
    near = planned(reminded("head"))[0].message
    passed = planned(escalated("head"))[0].message
    whole = planned(reminded("head", subject="case"))[0].message
    told = [(CASE, one) for one in (near, passed, whole) if isinstance(one, Deadline)]
    message = word_digest(CATALOGUE, office, told, LANGUAGE)
    lines = [line for line in message.body.splitlines() if line.endswith("]")]
    assert message.subject == "Müddətlər: 3" and message.body.startswith(office.title.az)
    assert len(lines) == 3 and lines[0].startswith(CATALOGUE.vocabularies.deadlines["escalated"].az)
    for reference in (
        f"[{CASE} t1.a 1/service_norm/escalation_head]",
        f"[{CASE} t1.a 1/service_norm/reminder_half]",
        f"[{CASE} case 1/service_norm/reminder_half]",
    ):
        assert message.body.count(reference) == 1
    assert "VHD-1, VHD-2" in lines[0] and "27.08.2021 18:00" in lines[0]
    assert CATALOGUE.agencies["mlspp"].title.az in lines[0]
