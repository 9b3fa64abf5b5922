"""What must hold between the rooms: each finding once, and none where all is well."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalogue.calendar import WorkingCalendar
from doctor import installation_invariants as invariants
from doctor.findings import Finding
from doctor.installation_invariants import AcceptedAppeal, RecordedAttachment, RecordedMessage
from doctor.ledger_index import LedgerIndex
from ledger.messages import event_id
from tests.builders import SEQUENTIAL, appeal, receive
from tests.hand_overs import parted
from tests.unit.doctor.histories import decided

CASE = appeal().case_id
ACCEPTED = AcceptedAppeal(appeal().appeal_id, appeal().receipt_digest, settled=True)


def _index() -> LedgerIndex:
    index = LedgerIndex()
    for event in decided(receive(SEQUENTIAL)):
        index.add(event)
    return index


def test_the_calendar_s_end_is_seen_a_year_ahead() -> None:
    calendar = WorkingCalendar(code="az", version="1", years=(2021, 2030))
    seen_at = datetime(2029, 12, 31, 12, tzinfo=UTC)
    (finding,) = invariants.check_calendar(calendar, seen_at)
    assert (finding.level, finding.code, finding.subject) == ("attention", "calendar.ends_soon", "az")
    assert "01.01.2031" in finding.sentence
    assert list(invariants.check_calendar(calendar, datetime(2032, 1, 1, tzinfo=UTC)))
    assert not list(invariants.check_calendar(calendar, datetime(2029, 12, 1, tzinfo=UTC)))
    assert not list(invariants.check_calendar(WorkingCalendar(code="az", version="1"), seen_at))


def _codes(findings: Iterable[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.level, finding.code, finding.subject) for finding in findings]


def test_an_accepted_appeal_is_in_one_case() -> None:
    assert list(invariants.check_appeals([ACCEPTED], _index())) == []


def test_an_appeal_in_no_case_is_lost_once_it_had_the_time_to_get_there() -> None:
    fresh = AcceptedAppeal(ACCEPTED.appeal_id, ACCEPTED.receipt_digest, settled=False)
    assert list(invariants.check_appeals([fresh], LedgerIndex())) == []
    found = invariants.check_appeals([ACCEPTED], LedgerIndex())
    assert _codes(found) == [("broken", "appeal.lost", ACCEPTED.appeal_id)]


def test_an_appeal_in_two_cases_is_doubled() -> None:
    index = _index()
    index.appeals[ACCEPTED.appeal_id].append(("another", ACCEPTED.receipt_digest))
    found = list(invariants.check_appeals([ACCEPTED], index))
    assert _codes(found) == [("broken", "appeal.doubled", ACCEPTED.appeal_id)]
    assert CASE in found[0].sentence


def test_a_case_with_another_receipt_than_the_applicant_is_found() -> None:
    held = AcceptedAppeal(ACCEPTED.appeal_id, "f" * 64, settled=True)
    found = invariants.check_appeals([held], _index())
    assert _codes(found) == [("broken", "appeal.receipt_differs", ACCEPTED.appeal_id)]


def test_an_appeal_that_intake_never_accepted_is_found() -> None:
    found = invariants.check_appeals([], _index())
    assert _codes(found) == [("broken", "appeal.not_accepted", ACCEPTED.appeal_id)]


def test_an_assignment_was_decided_before_it_was_sent() -> None:
    sent = ("moh", CASE, "t1.examine", 1)
    assert list(invariants.check_assignments([sent], _index())) == []
    never = ("mlspp", CASE, "t1.examine", 1)
    assert _codes(invariants.check_assignments([never], _index())) == [
        ("broken", "assignment.no_cause", CASE)
    ]


def test_a_status_taken_reached_its_case() -> None:
    index = _index()
    key = f"{CASE}/t1.examine/1"
    index.causes |= {(CASE, "status/moh/t1.examine/1/s-1"), (CASE, "status/moh/s-0")}
    taken = [(CASE, "moh", key, "s-1"), (CASE, "moh", "", "s-0")]
    assert list(invariants.check_statuses(taken, index)) == []
    other = [(CASE, "moh", f"{CASE}/t1.decide/1", "s-1")]
    assert _codes(invariants.check_statuses(other, index)) == [("broken", "status.lost", CASE)]


def test_notifications_are_planned_for_each_event_to_notify_of_and_for_no_other() -> None:
    opened = event_id(CASE, 1)
    assert list(invariants.check_notifications({opened: CASE}, _index(), {CASE})) == []
    assert _codes(invariants.check_notifications({}, _index(), {CASE})) == [
        ("broken", "notification.missing", CASE)
    ]
    assert list(invariants.check_notifications({}, _index(), set())) == []  # may still come
    invented = invariants.check_notifications({opened: CASE, "invented": CASE}, _index(), {CASE})
    assert _codes(invented) == [("broken", "notification.no_cause", CASE)]


def test_a_message_is_about_an_assignment_of_its_agency_and_sent_where_the_ledger_says_so() -> None:
    index = LedgerIndex()
    index.dispatched.add(("moh", CASE, "t1.examine", 1))
    index.messages_delivered.add((CASE, "recall/t1.examine/1"))
    sent = RecordedMessage("moh", CASE, f"{CASE}/recall/t1.examine/1", "t1.examine", 1, sent=True)
    assert list(invariants.check_messages([sent], index)) == []
    unsent = replace(sent, sent=False)
    assert _codes(invariants.check_messages([unsent], index)) == [("broken", "message.not_sent", CASE)]
    other = replace(sent, agency_id="mlspp")
    assert _codes(invariants.check_messages([other], index)) == [("broken", "message.no_cause", CASE)]


def test_no_outbox_keeps_a_row_for_long() -> None:
    assert list(invariants.check_outboxes({"intake": 59.0, "ledger": 0.0}, 60)) == []
    assert _codes(invariants.check_outboxes({"intake": 61.0}, 60)) == [("broken", "outbox.stuck", "intake")]


def test_parked_notifications_wait_for_a_person() -> None:
    assert list(invariants.parked_notifications(0)) == []
    assert _codes(invariants.parked_notifications(1)) == [("attention", "notification.parked", "notifier")]


def test_a_recorded_attachment_is_in_the_store_as_it_was_put() -> None:
    whole, gone, changed = (RecordedAttachment(name, "a" * 64, "a" * 64) for name in ("1", "2", "3"))
    gone, changed = replace(gone, found=None), replace(changed, found="b" * 64)
    found = invariants.check_attachments([whole, gone, changed], [])
    assert _codes(found) == [("broken", "attachment.missing", "2"), ("broken", "attachment.changed", "3")]


def test_an_object_that_no_attachment_names_is_a_finding_and_breaks_nothing() -> None:
    assert _codes(invariants.check_attachments([], ["c" * 64])) == [
        ("attention", "attachment.unreferenced", "c" * 64)
    ]


@pytest.mark.parametrize(
    ("left_out", "code"),
    [
        (None, None),
        ("az.vahid.tracks.taken_over.v1", "hand_over.lost"),
        ("az.vahid.tracks.handed_over.v1", "hand_over.no_cause"),
    ],
)
def test_what_a_case_handed_over_another_took(left_out: str | None, code: str | None) -> None:
    index, histories = LedgerIndex(), parted("t2")
    for event in (event for history in histories for event in history):
        if event.payload.type != left_out:
            index.add(event)
    found = list(invariants.check_hand_overs(index, {CASE}))
    assert [finding.code for finding in found] == ([] if code is None else [code])
    assert list(invariants.check_appeals([ACCEPTED], index)) == []  # it is in one case


def test_what_was_taken_over_twice_is_doubled() -> None:
    index, histories = LedgerIndex(), parted("t1", "t2")
    for event in (event for history in (*histories, histories[1]) for event in history):
        index.add(event)
    assert [finding.code for finding in invariants.check_hand_overs(index, set())] == ["hand_over.doubled"]
