"""What is on its way is told from what is lost by the stages between."""

import pytest

from doctor.installation_invariants import TakenStatus
from doctor.on_its_way import Stages, identities, identity_of, status_identity
from ledger.chain import canonical
from ledger.messages import event_id, message
from schemas.agency_statuses import STATUS_REPORTED, AssignmentStatus
from schemas.appeals import APPEAL_RECEIVED, AppealReceived
from schemas.envelope import CloudEvent
from services.router.commands import report_status
from tests.builders import SEQUENTIAL, appeal, receive, report
from tests.unit.doctor.histories import CASE, decided


def test_an_appeal_is_known_by_its_own_id_and_an_entry_by_its_event_id() -> None:
    received = CloudEvent[AppealReceived](
        id="message-1",
        source="/intake",
        type=APPEAL_RECEIVED,
        subject=CASE,
        time=appeal().received_at,
        data=appeal(),
    )
    assert identity_of(received.encode()) == appeal().appeal_id
    (opened, *_) = decided(receive(SEQUENTIAL))
    assert identity_of(message(opened, canonical(opened)).value) == event_id(CASE, 1)


@pytest.mark.parametrize(
    "value",
    [None, b"", b"[]", b"{", b"7", b"\xff", b'{"type": 1}', b"[" * 100_000],
    ids=["none", "empty", "list", "cut", "number", "no text", "no event", "deep"],
)
def test_a_message_that_is_no_event_is_nobody_s(value: bytes | None) -> None:
    assert identity_of(value) is None
    assert identities([value]) == frozenset()


def test_an_identity_is_named_by_the_first_stage_that_has_it() -> None:
    here = frozenset({"a"})
    assert Stages(unpublished=here, unconsumed=here).of("a") == "outbox"
    assert Stages(unconsumed=here, dead_lettered=here).of("a") == "topic"
    assert Stages(dead_lettered=here, in_case=here).of("a") == "dead letters"
    assert Stages(in_case=here).of("a") == "case"
    assert Stages().of("a") is None


def test_nothing_is_lost_that_stands_at_a_stage_or_where_one_is_unread() -> None:
    stages = Stages(unpublished=frozenset({"a"}), unconsumed=frozenset({"b"}), dead_lettered=frozenset({"c"}))
    assert [stages.lost(identity) for identity in "abcd"] == [False, False, False, True]
    assert not Stages(complete=False).lost("d")
    assert stages.count("abcd") == 2  # a dead letter waits for a person


def test_a_status_is_known_by_its_case_and_the_command_that_brings_it_there() -> None:
    status = report("t1.examine", "fulfilled").status
    reported = CloudEvent[AssignmentStatus](
        id="message-2",
        source="/agencies/moh",
        type=STATUS_REPORTED,
        subject=status.case_id,
        time=status.received_at,
        data=status,
    )
    sent = report_status(status, None)
    assert identity_of(reported.encode()) == status_identity(status.case_id, sent.id)
    key = f"{status.case_id}/{status.step}/{status.attempt}"
    taken = TakenStatus(status.case_id, status.agency_id, key, status.status_id)
    assert taken.identity == identity_of(reported.encode())
