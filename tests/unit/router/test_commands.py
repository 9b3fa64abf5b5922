from typing import Any

import pytest

from catalogue.routing import RoutingResult
from kit.errors import PermanentError
from schemas.actors import SYSTEM
from schemas.agency_statuses import STATUS_REPORTED, AssignmentStatus
from schemas.appeals import APPEAL_RECEIVED, AppealReceived
from schemas.envelope import CloudEvent
from schemas.notice_outcomes import NOTICE_SETTLED, NoticeOutcome
from services.router.commands import (
    receive_appeal,
    report_notice,
    report_status,
    sound_appeal,
    sound_outcome,
    sound_status,
)
from tests.builders import MONDAY, PARALLEL, appeal, placement, report
from workflows.case.commands import ManualReview

STATUS = report("a/examine", "acknowledged", agency="moh", status_id="77").status


def appeal_event(*, type_: str = APPEAL_RECEIVED, subject: str | None = None) -> CloudEvent[AppealReceived]:
    brought = appeal(1, "a")
    return CloudEvent[AppealReceived](
        id="1", source="intake", type=type_, subject=subject or brought.case_id, time=MONDAY, data=brought
    )


def status_event() -> CloudEvent[AssignmentStatus]:
    return CloudEvent[AssignmentStatus](
        id="1", source="adapter", type=STATUS_REPORTED, subject=STATUS.case_id, time=MONDAY, data=STATUS
    )


def test_an_appeal_becomes_the_command_of_its_channel() -> None:
    brought = sound_appeal(appeal_event())
    command = receive_appeal(brought, [placement(PARALLEL)], "00-trace")
    assert command.id == f"appeal/{brought.appeal_id}"
    assert (command.actor.kind, command.actor.id) == ("channel", "online")
    assert command.received_at == brought.received_at
    assert command.placements == (placement(PARALLEL),)
    assert command.traceparent == "00-trace"


def test_an_appeal_that_a_person_reviews_says_why() -> None:
    review = ManualReview(kind="repeat_appeal", earlier=(appeal(1).case_id,), legal_basis="Article 8.1.4")
    assert receive_appeal(appeal(2, "a"), [], None, review).manual_review == review


def test_an_appeal_in_triage_has_what_is_suggested() -> None:
    routed = RoutingResult("free_text", (), "negation", ("a", "b", "c"))
    command = receive_appeal(appeal(2), [], None, routed=routed)
    assert (command.suggestions, command.ground) == (("a", "b", "c"), "negation")
    placed = receive_appeal(appeal(2), [], None, routed=RoutingResult("free_text", ("a",), "asked"))
    assert (placed.suggestions, placed.ground) == ((), None)


def test_a_status_becomes_the_command_of_its_agency() -> None:
    command = report_status(sound_status(status_event(), {"moh"}), None)
    assert command.id == f"status/moh/{STATUS.step}/{STATUS.attempt}/77"
    assert (command.actor.kind, command.actor.id) == ("agency", "moh")
    assert command.received_at == STATUS.received_at


CASE = appeal(1).case_id


def outcome_event(**more: object) -> CloudEvent[NoticeOutcome]:
    values: dict[str, Any] = {
        "case_id": CASE,
        "event_id": "e1",
        "notice": "answer",
        "subject": "t1",
        "delivery": "undelivered",
        "reason": "smtp_550",
        "settled_at": MONDAY,
    }
    return CloudEvent[NoticeOutcome](
        id="e1/undelivered",
        source="notifier",
        type=NOTICE_SETTLED,
        subject=CASE,
        time=MONDAY,
        data=NoticeOutcome(**values | more),
    )


def test_a_report_of_the_notifier_becomes_one_command_for_each_event_and_delivery() -> None:
    command = report_notice(sound_outcome(outcome_event()), None)
    assert (command.id, command.actor) == ("notice/e1/undelivered", SYSTEM)
    assert (command.about, command.notice, command.subject) == ("e1", "answer", "t1")
    assert (command.delivered, command.reason) == (False, "smtp_550")
    assert command.received_at == MONDAY
    late = report_notice(sound_outcome(outcome_event(delivery="delivered", reason=None)), None)
    assert (late.id, late.delivered) == ("notice/e1/delivered", True)


def test_a_report_under_another_case_s_subject_is_refused() -> None:
    with pytest.raises(PermanentError) as caught:
        sound_outcome(outcome_event(case_id=appeal(2).case_id))
    assert caught.value.code == "subject_mismatch"


def test_an_id_used_for_two_assignments_makes_two_commands() -> None:
    others = (
        STATUS,
        STATUS.model_copy(update={"step": "t1.other"}),
        STATUS.model_copy(update={"attempt": 2}),
    )
    assert len({report_status(status, None).id for status in others}) == 3


def test_the_longest_id_of_a_status_makes_a_command() -> None:
    longest = [STATUS.model_copy(update={"status_id": "x" * 199 + last}) for last in "ab"]
    assert len({report_status(status, None).id for status in longest}) == 2


def test_a_status_of_an_unknown_agency_is_unsound() -> None:
    with pytest.raises(PermanentError) as raised:
        sound_status(status_event(), {"mlspp"})
    assert raised.value.code == "unknown_agency"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (appeal_event(subject=appeal(2).case_id), "subject_mismatch"),
        (appeal_event(type_=STATUS_REPORTED), "wrong_type"),
    ],
)
def test_an_envelope_must_say_what_its_content_says(event: CloudEvent[AppealReceived], code: str) -> None:
    with pytest.raises(PermanentError) as raised:
        sound_appeal(event)
    assert raised.value.code == code
