"""What an assignment tells its agency."""

from kit.clock import Clock
from tests.builders import (
    CHANNEL,
    PARALLEL,
    STAFF,
    accept,
    attachment,
    by,
    later,
    of_person,
    receive,
    report,
)
from tests.case import Case
from tests.commands import APPLICANT
from workflows.case.clocks import due_of
from workflows.case.commands import (
    AddAttachment,
    ProvideInformation,
    RedispatchStep,
)
from workflows.case.outgoing import agency_message_of, assignment_of


def _send_anew(step: str, hours: float) -> RedispatchStep:
    return RedispatchStep(id=f"anew/{hours}", actor=STAFF, received_at=later(hours), step=step, reason="lost")


def _asked() -> Case:
    case = Case().take(
        of_person(receive(PARALLEL)), accept("t1.medical"), accept("t1.social", agency="mlspp")
    )
    return case.take(report("t1.medical", "information_requested", sequence=2, at=later(3)))


def test_an_agency_is_sent_the_deadline_that_decides_whether_it_is_late() -> None:
    for case in (_asked(), _asked().take(_send_anew("t1.medical", 20))):
        step = case.state.step("t1.medical")
        told = assignment_of(case.state, step, Clock(), 1)
        assert told is not None
        assert told.due_at == due_of(step).isoformat()


def test_a_message_has_what_it_is_about_from_the_message_or_from_the_document() -> None:
    """A document is kept once in the case, and sent to every agency that has the appeal's steps."""
    case = _asked()
    document = attachment(1, "doc-1", later(4), sealed="the document")
    case.take(AddAttachment(**by(CHANNEL, "add/1", 4), attachment=document))
    case.take(ProvideInformation(**by(APPLICANT, "give", 5), step="t1.medical", sealed="the information"))
    sent = [agency_message_of(case.state, message, Clock(), 7) for message in case.state.messages]
    assert {(message.kind, message.step, message.sealed) for message in sent} == {
        ("attachment", "t1.medical", "the document"),
        ("attachment", "t1.social", "the document"),
        ("information", "t1.medical", "the information"),
    }
    assert {(message.group, message.attempt, message.case_id) for message in sent} == {
        (7, 1, case.state.case_id)
    }
