"""An id of a command binds what it says: a repeated command has its outcome, another one is refused."""

import random
import uuid

import pytest

from schemas.actors import Actor
from tests.builders import (
    PARALLEL,
    SEQUENTIAL,
    STAFF,
    by,
    later,
    place,
    placement,
    receive,
    report,
)
from tests.case import Case
from tests.commands import APPLICANT, COMMANDS, COMMISSION, INSTRUCTION
from workflows.case.command_identity import OTHER_COMMAND, digest_of, outcome_of, unseen
from workflows.case.commands import (
    AnnotateCase,
    CommandOutcome,
    DecideAgendaItem,
    ExtendTerm,
    FireTimer,
    JoinCase,
    Withdraw,
)

TRACK_1 = Withdraw(**by(APPLICANT, "casework/withdraw/K1", 5), track="t1")
TRACK_2 = TRACK_1.model_copy(update={"track": "t2", "received_at": later(6)})
TWO_TRACKS = (SEQUENTIAL, PARALLEL)


def test_another_command_under_a_known_id_is_refused():
    state = Case().take(receive(*TWO_TRACKS)).take(TRACK_1).state
    assert outcome_of(state, TRACK_2) == OTHER_COMMAND
    assert unseen(state, [TRACK_2]) == ((), (TRACK_2,))


def test_a_repeated_command_has_its_outcome_whenever_it_comes():
    state = Case().take(receive(*TWO_TRACKS)).take(TRACK_1).state
    again = TRACK_1.model_copy(update={"received_at": later(9), "traceparent": "00-1"})
    assert outcome_of(state, again) == CommandOutcome(accepted=True)
    assert unseen(state, [again]) == ((), ())


def test_also_a_refusal_is_that_of_one_content_alone():
    wrong = ExtendTerm(**by(STAFF, "e", 1), days=60, reason="study")
    state = Case().take(receive(SEQUENTIAL)).take(wrong).state
    refused = outcome_of(state, wrong)
    assert refused is not None and not refused.accepted and refused != OTHER_COMMAND
    assert outcome_of(state, wrong.model_copy(update={"days": 20})) == OTHER_COMMAND


def test_of_two_commands_of_one_id_in_a_batch_the_first_is_decided():
    state = Case().take(receive(*TWO_TRACKS)).state
    assert unseen(state, [TRACK_1, TRACK_2, TRACK_1]) == ((TRACK_1,), (TRACK_2,))


def test_a_command_that_was_not_given_has_no_outcome():
    assert outcome_of(Case().state, TRACK_1) is None


def test_an_outcome_of_an_older_history_is_that_of_any_content():
    case = Case().take(receive(*TWO_TRACKS)).take(TRACK_1)
    old = {cause: outcome.model_copy(update={"digest": None}) for cause, outcome in case.state.seen.items()}
    state = case.state.model_copy(update={"seen": old})
    assert outcome_of(state, TRACK_2) == CommandOutcome(accepted=True)
    assert unseen(state, [TRACK_2]) == ((), ())


def test_the_first_entry_of_each_command_has_its_digest_and_the_others_have_none():
    first = receive(SEQUENTIAL)
    history = Case().take(first).history
    assert [event.cause_digest for event in history] == [digest_of(first)] + [None] * (len(history) - 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"actor": Actor(kind="staff", id="another")},
        {"sealed_note": "another"},
        {"id": "another"},
    ],
)
def test_who_commands_and_each_field_belong_to_what_a_command_says(changed):
    note = AnnotateCase(**by(STAFF, "n", 1), sealed_note="note")
    assert digest_of(note.model_copy(update=changed)) != digest_of(note)


def test_commands_of_two_kinds_never_say_the_same():
    fields = {"id": "x", "actor": STAFF, "received_at": later(1)}
    assert digest_of(FireTimer(**fields)) != digest_of(AnnotateCase(**fields, sealed_note=""))


@pytest.mark.parametrize("field", ["received_at", "via"])
def test_how_a_status_came_is_no_part_of_what_it_states(field):
    first = report("t1.examine", "in_progress")
    other = {"received_at": later(30), "via": "poll"}[field]
    again = first.model_copy(update={"status": first.status.model_copy(update={field: other})})
    assert digest_of(again) == digest_of(first)


@pytest.mark.parametrize(
    "changed", [{"status": "fulfilled"}, {"step": "t2.x"}, {"occurred_at": later(2)}, {"attempt": 2}]
)
def test_what_an_agency_states_belongs_to_what_its_command_says(changed):
    first = report("t1.examine", "in_progress")
    other = first.model_copy(update={"status": first.status.model_copy(update=changed)})
    assert digest_of(other) != digest_of(first)


def test_a_status_that_the_staff_enter_again_is_the_same():
    first = report("t1.triage", "fulfilled", agency="centre", actor=STAFF)
    entered = first.status.model_copy(update={"via": "casework"})
    again = entered.model_copy(update={"occurred_at": later(9)})
    assert digest_of(first.model_copy(update={"status": entered})) == digest_of(
        first.model_copy(update={"status": again})
    )


def test_a_command_is_the_same_by_a_newer_catalogue():
    newer = SEQUENTIAL.model_copy(update={"version": "2"})
    assert digest_of(receive(newer)) == digest_of(receive(SEQUENTIAL))
    assert digest_of(place("t1.triage", newer)) == digest_of(place("t1.triage", SEQUENTIAL))


def test_an_appeal_is_the_same_whatever_is_suggested():
    first = receive()
    again = first.model_copy(update={"suggestions": ("a", "b", "c"), "ground": "negation"})
    assert digest_of(again) == digest_of(first)


def test_a_join_is_the_same_whatever_became_of_the_other_case():
    join = JoinCase(**by(STAFF, "j", 1), into=str(uuid.UUID(int=7)), applicant="index", pending=True)
    assert digest_of(join.model_copy(update={"pending": False})) == digest_of(join)
    assert digest_of(join.model_copy(update={"into": str(uuid.UUID(int=8))})) != digest_of(join)


def test_an_instruction_by_another_day_is_another_command():
    step = INSTRUCTION.steps[0].model_copy(update={"resolve_within": 9})
    orders = [INSTRUCTION, INSTRUCTION.model_copy(update={"steps": (step,)})]
    first, other = (
        DecideAgendaItem(**by(COMMISSION, "d", 1), task="agenda/case/1", instruction=placement(order))
        for order in orders
    )
    assert digest_of(first) != digest_of(other)


def test_other_services_or_agencies_are_another_placement():
    placed = [place("t1.triage", SEQUENTIAL), place("t1.triage", PARALLEL)]
    elsewhere = placed[0].model_copy(update={"placements": (placement(SEQUENTIAL, examine="mod"),)})
    assert len({digest_of(command) for command in (*placed, elsewhere)}) == 3


@pytest.mark.parametrize("kind", sorted(COMMANDS))
def test_every_kind_of_command_has_a_digest_that_its_stored_form_has_too(kind):
    state = Case().take(receive(SEQUENTIAL)).state
    command = COMMANDS[kind](state, f"{kind}/1", later(1), random.Random(1))
    again = type(command).model_validate_json(command.model_dump_json())
    assert digest_of(again) == digest_of(command)
