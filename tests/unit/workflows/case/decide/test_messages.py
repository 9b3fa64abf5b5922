"""How a case takes the outcome of a message to an agency."""

from schemas.actors import SYSTEM
from schemas.case_lifecycle_events import (
    TaskRaised,
)
from tests.builders import (
    SEQUENTIAL,
    STAFF,
    by,
    receive,
)
from tests.case import Case
from tests.commands import APPLICANT
from workflows.case.commands import (
    ReportMessage,
    SettleTask,
    Withdraw,
)


def test_a_recall_stays_until_the_agency_was_told_or_takes_no_messages() -> None:
    case = Case().take(receive(SEQUENTIAL)).take(Withdraw(**by(APPLICANT, "applicant/5", 5)))
    (recall,) = case.state.messages
    failed = {"message": recall.id, "group": 1, "error_code": "adapter.away"}
    case.take(ReportMessage(**by(SYSTEM, "system/6", 6), **failed))
    assert case.state.messages[0].group == 2
    case.take(ReportMessage(**by(SYSTEM, "system/7", 7), **failed))
    assert case.refusals() == ["message.superseded"]
    case.take(
        ReportMessage(
            **by(SYSTEM, "system/8", 8), message=recall.id, group=2, error_code="adapter.none", permanent=True
        )
    )
    assert case.state.messages == ()
    (task,) = case.happened(TaskRaised)
    assert (task.kind, task.subject, task.before) == ("undelivered_message", recall.id, "centre")
    case.take(SettleTask(**by(STAFF, "staff/9", 9), task=task.task, decision="confirm"))
    assert case.state.task(task.task).decision == "confirm"
