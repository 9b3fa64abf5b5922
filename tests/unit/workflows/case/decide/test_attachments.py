"""Documents that are added to an appeal."""

from kit.clock import Clock
from tests.builders import (
    CHANNEL,
    PARALLEL,
    SEQUENTIAL,
    attachment,
    by,
    later,
    receive,
    report,
)
from tests.case import Case
from workflows.case.commands import (
    AddAttachment,
)
from workflows.case.decide.attachments import documents_of
from workflows.case.outgoing import agency_message_of


def answered(outcome: str = "fulfilled") -> Case:
    case = Case().take(receive(SEQUENTIAL), report("t1.examine", "fulfilled", at=later(20)))
    return case.take(report("t1.decide", outcome, agency="mlspp", at=later(30)))


def test_a_document_that_is_added_is_told_to_the_agencies_at_work_and_moves_no_clock() -> None:
    case = Case().take(receive(PARALLEL))
    before = [step.clocks for step in case.state.steps]
    case.take(
        AddAttachment(**by(CHANNEL, "channel/2", 2), attachment=attachment(1, "scan", later(2), "which one"))
    )
    sent = [agency_message_of(case.state, message, Clock(), 1) for message in case.state.messages]
    told = [(message.agency_id, message.kind, message.sealed) for message in sent]
    assert told == [("mlspp", "attachment", "which one"), ("moh", "attachment", "which one")]
    assert documents_of(case.state, case.state.messages[0]) == PARALLEL.documents
    assert [step.clocks for step in case.state.steps] == before
    assert len(case.state.attachments) == 1


def test_a_document_of_a_triage_or_an_answered_case_is_noted_and_one_of_another_case_is_not() -> None:
    case = Case().take(receive())
    case.take(AddAttachment(**by(CHANNEL, "channel/2", 2), attachment=attachment(1, "scan", later(2))))
    assert (len(case.state.attachments), case.state.messages) == (1, ())
    closed = answered()
    closed.take(AddAttachment(**by(CHANNEL, "channel/50", 50), attachment=attachment(1, "scan", later(50))))
    assert (closed.state.status, len(closed.state.attachments)) == ("answered", 1)
    closed.take(AddAttachment(**by(CHANNEL, "channel/51", 51), attachment=attachment(2, "scan", later(51))))
    assert closed.refusals() == ["attachment.foreign_appeal"]
