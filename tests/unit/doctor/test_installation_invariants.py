"""What must hold between the rooms: each finding once, and none where all is well."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalogue.calendar import WorkingCalendar
from doctor import installation_invariants as invariants
from doctor.findings import Finding
from doctor.installation_invariants import AcceptedAppeal, RecordedAttachment, RecordedMessage, TakenStatus
from doctor.ledger_index import LedgerIndex
from doctor.on_its_way import Stages
from ledger.messages import event_id
from tests.builders import SEQUENTIAL, appeal, receive
from tests.hand_overs import parted
from tests.unit.doctor.histories import decided

CASE = appeal().case_id
ACCEPTED = AcceptedAppeal(appeal().appeal_id, appeal().receipt_digest)
NOWHERE = Stages()


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


def _appeals(accepted: list[AcceptedAppeal], index: LedgerIndex, stages: Stages = NOWHERE) -> list[Finding]:
    return list(invariants.check_appeals(accepted, index, index.first_reading(), stages))


def test_an_accepted_appeal_is_in_one_case() -> None:
    assert _appeals([ACCEPTED], _index()) == []


def test_an_appeal_in_no_case_is_lost_at_once_unless_it_is_on_its_way() -> None:
    one = frozenset({ACCEPTED.appeal_id})
    assert _codes(_appeals([ACCEPTED], LedgerIndex())) == [("broken", "appeal.lost", ACCEPTED.appeal_id)]
    for stages in (Stages(unpublished=one), Stages(unconsumed=one), Stages(in_case=one)):
        assert _appeals([ACCEPTED], LedgerIndex(), stages) == []


def test_an_appeal_among_the_dead_letters_is_named_as_such() -> None:
    stages = Stages(dead_lettered=frozenset({ACCEPTED.appeal_id}))
    found = _appeals([ACCEPTED], LedgerIndex(), stages)
    assert _codes(found) == [("attention", "appeal.dead_lettered", ACCEPTED.appeal_id)]
    assert _appeals([ACCEPTED], _index(), stages) == []


def test_where_a_stage_could_not_be_read_nothing_is_called_lost() -> None:
    unread = Stages(complete=False)
    assert _appeals([ACCEPTED], LedgerIndex(), unread) == []
    assert list(invariants.check_statuses([TakenStatus(CASE, "moh", "", "s-1")], LedgerIndex(), unread)) == []


def test_an_appeal_that_came_in_after_intake_was_read_is_no_finding() -> None:
    first = LedgerIndex().first_reading()
    assert list(invariants.check_appeals([], _index(), first, NOWHERE)) == []


def test_an_appeal_in_two_cases_is_doubled() -> None:
    index = _index()
    index.appeals[ACCEPTED.appeal_id].append(("another", ACCEPTED.receipt_digest))
    found = _appeals([ACCEPTED], index)
    assert _codes(found) == [("broken", "appeal.doubled", ACCEPTED.appeal_id)]
    assert CASE in found[0].sentence


def test_a_case_with_another_receipt_than_the_applicant_is_found() -> None:
    held = AcceptedAppeal(ACCEPTED.appeal_id, "f" * 64)
    found = _appeals([held], _index())
    assert _codes(found) == [("broken", "appeal.receipt_differs", ACCEPTED.appeal_id)]


def test_an_appeal_that_intake_never_accepted_is_found() -> None:
    found = _appeals([], _index())
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
    taken = [TakenStatus(CASE, "moh", key, "s-1"), TakenStatus(CASE, "moh", "", "s-0")]
    assert list(invariants.check_statuses(taken, index, NOWHERE)) == []
    lost = TakenStatus(CASE, "moh", f"{CASE}/t1.decide/1", "s-1")
    assert _codes(invariants.check_statuses([lost], index, NOWHERE)) == [("broken", "status.lost", CASE)]
    here = frozenset({lost.identity})
    assert list(invariants.check_statuses([lost], index, Stages(unconsumed=here))) == []
    dead = invariants.check_statuses([lost], index, Stages(dead_lettered=here))
    assert _codes(dead) == [("attention", "status.dead_lettered", CASE)]


def test_notifications_are_planned_for_each_event_to_notify_of_and_for_no_other() -> None:
    opened = event_id(CASE, 1)
    assert _notifications({opened: CASE}) == []
    assert _codes(_notifications({})) == [("broken", "notification.missing", CASE)]
    assert _notifications({}, Stages(unconsumed=frozenset({opened}))) == []
    dead = _notifications({}, Stages(dead_lettered=frozenset({opened})))
    assert _codes(dead) == [("attention", "notification.dead_lettered", CASE)]
    invented = _notifications({opened: CASE, "invented": CASE})
    assert _codes(invented) == [("broken", "notification.no_cause", CASE)]


def test_an_event_that_was_recorded_after_the_first_reading_needs_no_notification_yet() -> None:
    first = LedgerIndex().first_reading()
    assert list(invariants.check_notifications({}, _index(), first, NOWHERE)) == []
    planned = {event_id(CASE, 1): CASE}  # and has the cause of the one it has
    assert list(invariants.check_notifications(planned, _index(), first, NOWHERE)) == []


def _notifications(planned: dict[str, str], stages: Stages = NOWHERE) -> list[Finding]:
    index = _index()
    return list(invariants.check_notifications(planned, index, index.first_reading(), stages))


def test_a_message_is_about_an_assignment_of_its_agency_and_sent_where_the_ledger_says_so() -> None:
    index = LedgerIndex()
    index.dispatched.add(("moh", CASE, "t1.examine", 1))
    index.messages_delivered.add((CASE, "recall/t1.examine/1"))
    sent = RecordedMessage("moh", CASE, f"{CASE}/recall/t1.examine/1", "t1.examine", 1, sent=True)
    assert list(invariants.check_messages([sent], index, index.first_reading())) == []
    unsent = replace(sent, sent=False)
    assert _codes(invariants.check_messages([unsent], index, index.first_reading())) == [
        ("broken", "message.not_sent", CASE)
    ]
    other = replace(sent, agency_id="mlspp")
    assert _codes(invariants.check_messages([other], index, index.first_reading())) == [
        ("broken", "message.no_cause", CASE)
    ]


def test_no_outbox_keeps_a_row_for_long() -> None:
    assert list(invariants.check_outboxes({"intake": 59.0, "ledger": 0.0}, 60)) == []
    assert _codes(invariants.check_outboxes({"intake": 61.0}, 60)) == [("broken", "outbox.stuck", "intake")]


def test_failed_notifications_are_counted_by_reason() -> None:
    assert list(invariants.failed_notifications({})) == []
    (found,) = invariants.failed_notifications({"template_broken": 2, "address_refused": 1})
    assert (found.level, found.code, found.subject) == ("attention", "notification.failed", "notifier")
    assert "3 notifications failed" in found.sentence
    assert "address_refused 1, template_broken 2" in found.sentence


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
    assert _appeals([ACCEPTED], index) == []  # it is in one case


def test_what_was_taken_over_twice_is_doubled() -> None:
    index, histories = LedgerIndex(), parted("t1", "t2")
    for event in (event for history in (*histories, histories[1]) for event in history):
        index.add(event)
    assert [finding.code for finding in invariants.check_hand_overs(index, set())] == ["hand_over.doubled"]
