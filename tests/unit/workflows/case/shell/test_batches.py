"""What one batch takes: no more than Temporal does, and no command more than a case can remember."""

from functools import cache

from schemas.actors import SYSTEM
from schemas.step_events import StatusIgnored
from tests.builders import (
    CHANNEL,
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    attachment,
    by,
    close,
    later,
    receive,
    report,
)
from tests.case import Case
from tests.full_case import fill
from tests.unit.workflows.case.shell.test_inbox import Shell, _counted
from workflows.case.commands import AddAttachment, AnnotateCase, AnyCommand, ReportMessage
from workflows.case.limits import MOST_OF_BATCH, remembers_too_much
from workflows.case.shell.batches import TOO_MANY_COMMANDS, decide_batch, is_too_large
from workflows.case.state import CaseState

LONG = 60_000


def _note(number: int, size: int = LONG) -> AnnotateCase:
    return AnnotateCase(**by(STAFF, f"note/{number}", 1), sealed_note="n" * size)


@cache
def _begun() -> CaseState:
    return Case().take(receive(SEQUENTIAL, PARALLEL)).state


def test_a_batch_of_long_texts_is_decided_in_parts_none_of_which_is_too_large() -> None:
    notes = [_note(number) for number in range(40)]
    events, left = decide_batch(_begun(), notes, later(2), RULES)
    assert 0 < len(events) < 40 and not is_too_large(events)
    assert [event.cause for event in events] + [command.id for command in left] == [n.id for n in notes]


def test_a_batch_within_the_limit_is_decided_at_once() -> None:
    events, left = decide_batch(_begun(), [_note(number, 10) for number in range(40)], later(2), RULES)
    assert (len(events), left) == (40, ())


def test_a_batch_is_too_large_from_its_limit_on() -> None:
    events, _ = decide_batch(_begun(), [_note(1), _note(2)], later(2), RULES)
    size = sum(len(event.model_dump_json(exclude_none=True)) for event in events)
    assert 2 * LONG < size < MOST_OF_BATCH
    whole = events * (MOST_OF_BATCH // size)
    assert not is_too_large(whole) and is_too_large((*whole, *events))


def test_all_of_it_is_decided_in_the_end() -> None:
    shell = Shell(_begun()).batch(*(_note(number) for number in range(40)))
    assert shell.inbox
    for _ in range(10):
        shell.batch()
    assert shell.inbox == [] and {f"note/{number}" for number in range(40)} <= set(shell.state.seen)


def test_a_document_is_not_parted_from_its_appeal_that_comes_after_it() -> None:
    added = attachment(2, "card", later(1))
    document = AddAttachment(**by(CHANNEL, "attachment/a", 1), attachment=added)
    batch: list[AnyCommand] = [
        document,
        *(_note(number) for number in range(20)),
        receive(PARALLEL, number=2),
    ]
    shell = Shell(_begun()).batch(*batch)
    for _ in range(10):
        shell.batch()
    assert shell.inbox == [] and shell.state.seen["attachment/a"].code == "accepted"


def test_a_case_that_remembers_too_many_commands_takes_only_what_ends_something() -> None:
    state = fill().state
    assert remembers_too_much(state)
    before = _counted(TOO_MANY_COMMANDS.code)
    shell = Shell(state).batch(_note(99_999, 10))
    assert (shell.state, shell.inbox) == (state, [])
    assert _counted(TOO_MANY_COMMANDS.code) == before + 1
    shell.batch(close("t1", at=later(30)))
    assert shell.state.track("t1").closed


async def test_who_asks_hears_why_the_case_takes_no_more() -> None:
    shell = Shell(fill().state)
    shell._asked.add("note/99999")
    shell._inbox.append(_note(99_999, 10))
    await shell._process_batch()
    assert shell._is_answered(_note(99_999, 10)) and shell._refused == {"note/99999"}


def test_a_case_with_fewer_takes_everything() -> None:
    shell = Shell(_begun()).batch(_note(1, 10))
    assert shell.state.seen["note/1"].accepted


def test_what_agencies_state_beyond_the_limit_is_recorded_and_not_remembered() -> None:
    case = Case()
    case.state = fill().state
    remembered = case.state.seen
    for number in range(3):
        command = report("t1.social", "in_progress", agency="mlspp", at=later(40))
        status = command.status.model_copy(update={"status_id": f"more/{number}"})
        case.take(command.model_copy(update={"id": f"status/more/{number}", "status": status}))
    assert [payload.reason for payload in case.happened(StatusIgnored)] == ["status.too_many"] * 3
    assert case.state.seen == remembered


def test_every_group_of_attempts_is_remembered_and_none_counts_twice() -> None:
    case = Case().take(receive(SEQUENTIAL)).take(close("t1", at=later(1)))
    [message] = case.state.messages
    for group in range(1, 6):
        failed = by(SYSTEM, f"message/{message.id}/{group}", 1 + group)
        case.take(ReportMessage(**failed, message=message.id, group=group, error_code="away"))
    known = [identity for identity in case.state.seen if identity.startswith("message/")]
    assert known == [f"message/{message.id}/{group}" for group in range(1, 6)]
    assert case.state.messages[0].group == 6
