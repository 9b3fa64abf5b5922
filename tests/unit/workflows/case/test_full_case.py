"""How much one case may hold, at its edges, and what its parts then weigh on their way to Temporal."""

import pytest

from kit.sealed_payloads import SealingCodec
from kit.temporal import data_converter
from kit.vault import SEALED_LIMIT
from schemas.case_lifecycle_events import AttachmentAdded
from schemas.hand_over_events import TracksHandedOver
from schemas.step_events import MessageDelivered, StatusIgnored
from tests.builders import (
    PARALLEL,
    RULES,
    SEQUENTIAL,
    STAFF,
    appeal,
    by,
    later,
    of_person,
    receive,
    report,
)
from tests.case import Case
from tests.full_case import DOCUMENTS, WORDY, fill
from workflows.case.commands import (
    JoinCase,
    SplitCase,
    TakeOverTracks,
)
from workflows.case.contracts import CaseInput, HandOverDelivery
from workflows.case.limits import (
    MOST_APPEALS,
    MOST_CHARACTERS,
    MOST_DOCUMENTS,
    MOST_OF_NOTES,
    MOST_STATEMENTS,
    is_full,
)
from workflows.case.outgoing import agency_message_of, assignment_of
from workflows.case.shell.recording import record_input, result_of

BOUND = 1024 * 1024
"""Bytes: half of what Temporal takes in one payload."""


@pytest.mark.parametrize(
    ("appeals", "characters", "full"),
    [
        (MOST_APPEALS, MOST_CHARACTERS, False),
        (MOST_APPEALS + 1, 0, True),
        (1, MOST_CHARACTERS + 1, True),
    ],
)
def test_the_limits_at_their_edge(appeals: int, characters: int, full: bool) -> None:
    assert is_full(appeals, characters) is full


def test_a_case_joins_another_up_to_the_limit_and_not_beyond() -> None:
    into = appeal(9).case_id

    def join(there: int, characters: int) -> list[str]:
        case = Case().take(of_person(receive(SEQUENTIAL)))
        own = case.state.appeals[0].size
        command = JoinCase(
            **by(STAFF, "join", 1),
            into=into,
            applicant=case.state.applicant_index,
            pending=True,
            appeals_there=there,
            size_there=characters - own,
        )
        return case.take(command).refusals()

    assert join(MOST_APPEALS - 1, MOST_CHARACTERS) == []
    assert join(MOST_APPEALS, 0) == ["join.too_many_appeals"]
    assert join(1, MOST_CHARACTERS + 1) == ["join.too_many_appeals"]


@pytest.fixture
def full_case() -> Case:
    return fill()


async def weight(*values: object) -> int:
    """The bytes of the payloads that the values become, sealed."""
    payloads = data_converter.payload_converter.to_payloads(values)
    return max(len(payload.SerializeToString()) for payload in await SealingCodec(bytes(32)).encode(payloads))


async def test_what_a_full_case_carries_to_its_next_run_is_well_below_the_limit(full_case: Case) -> None:
    state = full_case.state
    assert len(state.appeals) >= MOST_APPEALS
    assert len(state.documents) == len(state.attachments) == MOST_DOCUMENTS < MOST_APPEALS * DOCUMENTS
    carried = CaseInput(case_id=state.case_id, rules=RULES, state=state)
    assert await weight(carried) < BOUND


async def test_what_agencies_are_sent_does_not_grow_with_the_appeals(full_case: Case) -> None:
    step = full_case.state.step("t1.medical")
    assignment = assignment_of(full_case.state, step, CaseInput.model_fields["clock"].default, 1)
    assert await weight(assignment) < 64 * 1024


async def test_a_full_case_hands_all_of_it_over_in_one_piece(full_case: Case) -> None:
    case = Case()
    case.state, case.history = full_case.state, list(full_case.history)
    before = case.state
    case.take(SplitCase(**by(STAFF, "split", 30), tracks=("t1",)))
    [handed] = case.happened(TracksHandedOver)
    command = TakeOverTracks(**by(STAFF, "take", 30), hand_over=handed.hand_over)
    assert await weight(HandOverDelivery(command=command, rules=RULES)) < 1.5 * BOUND
    recorded = tuple(event for event in case.history if event.seq > before.seq)
    assert await weight(record_input(before, case.state, recorded)) < 1.5 * BOUND
    assert await weight(result_of(recorded, adopted=False)) < 1.5 * BOUND


async def test_the_longest_single_appeal_is_far_below_the_limit() -> None:
    longest = appeal().model_copy(update={"sealed": "s" * SEALED_LIMIT})
    assert await weight(receive(PARALLEL).model_copy(update={"appeal": longest})) < 128 * 1024


def test_a_document_beyond_the_limit_is_recorded_and_a_person_informs_the_agencies(full_case: Case) -> None:
    added = full_case.happened(AttachmentAdded)
    assert [bool(payload.not_sent) for payload in added] == [
        number >= MOST_DOCUMENTS for number in range(len(added))
    ]
    tasks = [task for task in full_case.state.tasks if task.kind == "undelivered_message"]
    assert [task.subject for task in tasks].count("case") == 1
    told = {message.id.rpartition("/")[2] for message in full_case.state.messages}
    told |= {payload.message.rpartition("/")[2] for payload in full_case.happened(MessageDelivered)}
    assert told >= {payload.attachment.attachment_id for payload in added[:MOST_DOCUMENTS]}
    assert not told & {payload.attachment.attachment_id for payload in added[MOST_DOCUMENTS:]}


def test_what_agencies_are_sent_of_a_document_says_which_it_is(full_case: Case) -> None:
    message = full_case.state.messages[0]
    assert message.sealed is None
    sent = agency_message_of(full_case.state, message, CaseInput.model_fields["clock"].default, 1)
    assert sent.sealed == "d" * 400


def test_progress_beyond_the_limit_is_recorded_and_an_end_still_counts() -> None:
    case = Case().take(receive(PARALLEL))
    for number in range(MOST_STATEMENTS + 1):
        command = report("t1.social", "in_progress", agency="mlspp", at=later(1 + number / 100))
        status = command.status.model_copy(update={"status_id": f"{number}"})
        case.take(command.model_copy(update={"id": f"status/{number}", "status": status}))
    [ignored] = case.happened(StatusIgnored)
    assert (ignored.reason, ignored.status.status_id) == ("status.too_many", str(MOST_STATEMENTS))
    case.take(report("t1.social", "fulfilled", agency="mlspp", at=later(3)))
    assert case.state.step("t1.social").status == "fulfilled"


def test_notes_count_by_their_length() -> None:
    case = Case().take(receive(PARALLEL))
    for number in range(MOST_OF_NOTES // WORDY + 3):
        command = report("t1.social", "information_requested", agency="mlspp", at=later(1 + number / 100))
        changed = {"status_id": f"{number}", "sealed_note": "n" * WORDY}
        status = command.status.model_copy(update=changed)
        case.take(command.model_copy(update={"id": f"status/{number}", "status": status}))
    assert {payload.reason for payload in case.happened(StatusIgnored)} == {"status.too_many"}
    notes = sum(
        len(known.whole.sealed_note) for known in case.state.step("t1.social").statements if known.whole
    )
    assert MOST_OF_NOTES <= notes < MOST_OF_NOTES + WORDY
