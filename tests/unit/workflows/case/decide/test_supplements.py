"""What came after the appeal reaches whoever has the step, in this case or another."""

import pytest

from kit.clock import Clock
from tests.builders import (
    PARALLEL,
    SEQUENTIAL,
    STAFF,
    accept,
    attachment,
    later,
    of_person,
    reassign,
    receive,
    report,
)
from tests.case import Case
from tests.commands import APPLICANT
from tests.hand_overs import taken
from workflows.case.commands import (
    AddAttachment,
    AnyCommand,
    ProvideInformation,
    RedispatchStep,
    SplitCase,
)
from workflows.case.outgoing import agency_message_of
from workflows.case.state import CaseState


def _provide(step: str, hours: float) -> ProvideInformation:
    return ProvideInformation(
        id="provide", actor=APPLICANT, received_at=later(hours), step=step, sealed="sealed"
    )


def _send_anew(step: str, hours: float) -> RedispatchStep:
    return RedispatchStep(id=f"anew/{hours}", actor=STAFF, received_at=later(hours), step=step, reason="lost")


def _split(case: Case, hours: float) -> Case:
    """The case of its own that the one track gets."""
    case.take(SplitCase(id="split", actor=STAFF, received_at=later(hours), tracks=("t1",)))
    (hand_over,) = case.state.hand_overs
    new = Case()
    new.state = CaseState(case_id=hand_over.to_case)
    return new.take(taken(hand_over, hours + 1))


def _asked() -> Case:
    case = Case().take(
        of_person(receive(PARALLEL)), accept("t1.medical"), accept("t1.social", agency="mlspp")
    )
    return case.take(report("t1.medical", "information_requested", sequence=2, at=later(3)))


def _to_be_sent(case: Case) -> list[tuple[str, str, int]]:
    """What agencies must still be sent: its kind, the step, the attempt."""
    return [
        (message.kind, message.step, message.attempt)
        for message in case.state.messages
        if message.kind != "recall" and agency_message_of(case.state, message, Clock(), 1).sealed == "sealed"
    ]


@pytest.mark.parametrize(
    "elsewhere",
    [
        _send_anew("t1.examine", 30),
        reassign("t1.examine", "mod", at=later(30)),
        report("t1.examine", "forwarded", sequence=3, at=later(30), forward_to="mod"),
    ],
    ids=["anew", "reassigned", "forwarded"],
)
def test_who_has_the_step_next_is_sent_what_the_applicant_gave(elsewhere: AnyCommand) -> None:
    case = Case().take(receive(SEQUENTIAL), accept("t1.examine"))
    case.take(report("t1.examine", "information_requested", sequence=2, at=later(3)))
    case.take(_provide("t1.examine", 4)).take(elsewhere)
    assert _to_be_sent(case) == [("information", "t1.examine", attempt) for attempt in (1, 2)]


def test_who_is_sent_a_step_later_is_sent_the_documents_that_came_before() -> None:
    case = Case().take(of_person(receive(SEQUENTIAL)))
    document = attachment(1, "document", later(2))
    case.take(AddAttachment(id="added", actor=APPLICANT, received_at=later(2), attachment=document))
    case.take(report("t1.examine", "fulfilled", at=later(9)))
    assert _to_be_sent(case) == [("attachment", "t1.examine", 1), ("attachment", "t1.decide", 1)]
    assert ("attachment", "t1.decide", 2) in _to_be_sent(_split(case, 20))


def test_what_was_given_goes_along_to_the_case_that_takes_the_step() -> None:
    case = _asked().take(_provide("t1.medical", 4))
    assert ("information", "t1.medical", 2) in _to_be_sent(_split(case, 20))


def test_the_centre_is_sent_nothing() -> None:
    case = Case().take(receive(), receive(SEQUENTIAL, number=2))
    document = attachment(1, "document", later(2))
    case.take(AddAttachment(id="added", actor=APPLICANT, received_at=later(2), attachment=document))
    case.take(report("t2.examine", "forwarded", sequence=3, at=later(30)))
    assert ("attachment", "t2.examine", 2) not in _to_be_sent(case)
