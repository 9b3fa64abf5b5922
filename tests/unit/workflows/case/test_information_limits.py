"""What the applicant gives stands once in the state, within limits; beyond them a person passes it on."""

from functools import cache

import pytest

from kit.vault import SEALED_LIMIT
from schemas.hand_over_events import TracksTakenOver
from schemas.step_events import InformationProvided, StatusIgnored, StatusNoted, StepDispatched
from tests.builders import PARALLEL, STAFF, by, later, receive, report
from tests.case import Case
from tests.hand_overs import taken
from workflows.case.commands import ProvideInformation, RedispatchStep, SplitCase
from workflows.case.contracts import CaseInput
from workflows.case.limits import (
    MOST_EARLY,
    MOST_ENDS,
    MOST_INFORMATION,
    MOST_OF_INFORMATION,
    MOST_OF_NOTES_OF_CASE,
    information_of,
)
from workflows.case.outgoing import agency_message_of
from workflows.case.state import CaseState, MessageState

CLOCK = CaseInput.model_fields["clock"].default


def _gives(number: int, sealed: str, step: str = "t1.social") -> ProvideInformation:
    return ProvideInformation(**by(STAFF, f"gave/{number}", 2 + number / 100), step=step, sealed=sealed)


@cache
def _begun() -> CaseState:
    return Case().take(receive(PARALLEL)).state


def _case() -> Case:
    case = Case()
    case.state = _begun()
    return case


@pytest.mark.parametrize(
    ("sizes", "not_sent"),
    [
        ((SEALED_LIMIT, MOST_OF_INFORMATION - SEALED_LIMIT), (None, None)),
        ((SEALED_LIMIT, MOST_OF_INFORMATION - SEALED_LIMIT + 1), (None, True)),
        ((SEALED_LIMIT,) * 16, (None, *[True] * 15)),
        ((1,) * (MOST_INFORMATION + 1), (*[None] * MOST_INFORMATION, True)),
    ],
)
def test_information_is_sent_up_to_the_limit_and_not_beyond(
    sizes: tuple[int, ...], not_sent: tuple[bool | None, ...]
) -> None:
    case = _case().take(*(_gives(number, "i" * size) for number, size in enumerate(sizes)))
    assert tuple(payload.not_sent for payload in case.happened(InformationProvided)) == not_sent
    sent = not_sent.count(None)
    assert (len(information_of(case.state)), len(case.state.messages)) == (sent, sent)
    tasks = [(task.kind, task.subject) for task in case.state.tasks]
    assert tasks == ([("undelivered_message", "t1.social")] if True in not_sent else [])
    assert case.refusals() == []


def test_the_steps_of_a_case_share_the_limit() -> None:
    case = _case().take(_gives(1, "i" * SEALED_LIMIT), _gives(2, "i" * SEALED_LIMIT, "t1.medical"))
    assert [payload.not_sent for payload in case.happened(InformationProvided)] == [None, True]


def test_information_beyond_the_limit_answers_the_question_all_the_same() -> None:
    case = _case().take(_gives(1, "i" * SEALED_LIMIT))
    case.take(report("t1.medical", "information_requested", at=later(3)))
    case.take(_gives(200, "j" * SEALED_LIMIT, "t1.medical"))
    assert case.state.step("t1.medical").status == "in_progress"


def test_a_message_refers_to_the_information_and_the_agency_is_sent_that() -> None:
    case = _case().take(_gives(1, "first"), _gives(2, "second"))
    assert [message.sealed for message in case.state.messages] == [None, None]
    sent = [agency_message_of(case.state, message, CLOCK, 1).sealed for message in case.state.messages]
    assert sent == ["first", "second"]


def test_the_next_assignment_of_the_step_is_sent_all_of_it_by_reference() -> None:
    case = _case().take(_gives(1, "first"), _gives(2, "second"))
    case.take(RedispatchStep(**by(STAFF, "again", 5), step="t1.social", reason="lost"))
    dispatched = case.happened(StepDispatched)[-1]
    assert [supplement.sealed for supplement in dispatched.supplements] == ["first", "second"]
    again = [message for message in case.state.messages if message.attempt == 2]
    assert [message.sealed for message in again] == [None, None]
    assert [agency_message_of(case.state, known, CLOCK, 1).sealed for known in again] == ["first", "second"]


def test_a_message_that_was_carried_with_its_content_is_sent_that() -> None:
    message = MessageState(
        id="information/t1.social/1/1",
        kind="information",
        step="t1.social",
        attempt=1,
        agency_id="mlspp",
        sealed="old",
    )
    assert agency_message_of(_begun(), message, CLOCK, 1).sealed == "old"


def test_what_another_case_hands_over_is_taken_as_far_as_there_is_space() -> None:
    giving = _case().take(_gives(1, "g" * SEALED_LIMIT))
    giving.take(SplitCase(**by(STAFF, "split", 6), tracks=("t1",)))
    [hand_over] = giving.state.hand_overs
    case = _case().take(_gives(1, "h" * SEALED_LIMIT))
    case.take(taken(hand_over, 7))
    [handed] = case.happened(TracksTakenOver)[0].tracks
    assert [step.information for step in handed.steps] == [(), ()]
    assert information_of(case.state) == ("h" * SEALED_LIMIT,)
    assert [(task.kind, task.subject) for task in case.state.tasks] == [("undelivered_message", "t2.social")]


def test_what_fits_is_taken_over_whole() -> None:
    giving = _case().take(_gives(1, "given"))
    giving.take(SplitCase(**by(STAFF, "split", 6), tracks=("t1",)))
    [hand_over] = giving.state.hand_overs
    case = _case().take(taken(hand_over, 7))
    assert information_of(case.state) == ("given",)
    assert case.state.tasks == ()


def _states(number: int, kind: str, note: str | None = None, attempt: int = 1) -> object:
    command = report("t1.medical", kind, agency="moh", at=later(3 + number / 100))
    changed = {"status_id": f"s/{number}", "sealed_note": note, "attempt": attempt}
    return command.model_copy(
        update={"id": f"status/{number}", "status": command.status.model_copy(update=changed)}
    )


def test_an_end_whose_note_does_not_fit_counts_and_a_person_informs_the_applicant() -> None:
    case = _case().take(_states(1, "information_requested", "q" * 60_000))
    case.take(_states(2, "fulfilled", "e" * (MOST_OF_NOTES_OF_CASE - 60_000 + 1)))
    step = case.state.step("t1.medical")
    assert (step.status, step.ended_by.sealed_note) == ("fulfilled", None)
    [noted] = case.happened(StatusNoted)
    assert len(noted.status.sealed_note) == MOST_OF_NOTES_OF_CASE - 60_000 + 1
    told = [(task.kind, task.subject, task.notice) for task in case.state.tasks]
    assert told == [("inform_applicant", "t1", "answer")]


def test_an_end_whose_note_fits_is_kept_whole() -> None:
    case = _case().take(_states(1, "information_requested", "q" * 60_000))
    case.take(_states(2, "fulfilled", "e" * (MOST_OF_NOTES_OF_CASE - 60_000)))
    assert len(case.state.step("t1.medical").ended_by.sealed_note) == MOST_OF_NOTES_OF_CASE - 60_000
    assert case.state.tasks == ()


def test_ends_beyond_the_limit_are_only_recorded() -> None:
    ends = (_states(n, "fulfilled" if n % 2 else "refused", "why") for n in range(MOST_ENDS + 3))
    case = _case().take(*ends)
    ignored = [payload.reason for payload in case.happened(StatusIgnored)]
    assert ignored.count("status.too_many") == 3
    assert len(case.state.step("t1.medical").statements) == MOST_ENDS


def test_statuses_that_wait_for_their_assignment_have_a_limit() -> None:
    case = _case().take(*(_states(n, "in_progress", attempt=2) for n in range(MOST_EARLY + 2)))
    ignored = [payload.reason for payload in case.happened(StatusIgnored)]
    assert ignored == ["status.step_not_sent"] * MOST_EARLY + ["status.too_many"] * 2
    assert len(case.state.step("t1.medical").early) == MOST_EARLY
