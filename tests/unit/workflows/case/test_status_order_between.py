"""Statuses of later attempts, and around an answer of the applicant: order and batches change nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import PARALLEL, RULES, SEQUENTIAL, STAFF, appeal, by, receive
from tests.commands import APPLICANT
from tests.unit.workflows.case.test_status_order_properties import (
    ASSIGNMENTS,
    ENDS,
    KINDS,
    NOW,
    same_case,
    split_into_batches,
    statuses,
)
from workflows.case.commands import AnyCommand, ProvideInformation, RedispatchStep, ReportStatus
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState

STATED = (*KINDS, "information_requested", "fulfilled")


def _taken(state: CaseState, batches: list[list[AnyCommand]]) -> CaseState:
    for batch in batches:
        fresh = list({command.id: command for command in batch if command.id not in state.seen}.values())
        state = fold(state, decide_all(state, fresh, NOW, RULES))
    return state


def _opened(*more: AnyCommand) -> CaseState:
    state = CaseState(case_id=appeal().case_id)
    return _taken(state, [[receive(SEQUENTIAL, PARALLEL)], list(more)])


def _sent_anew(times: int) -> CaseState:
    """A case whose assignments were each sent so many times more."""
    again = [
        RedispatchStep(**by(STAFF, f"again/{key}/{number}", 0.1 + number / 10), step=key, reason="lost")
        for number in range(times)
        for key in ASSIGNMENTS
    ]
    return _opened(*again)


def _about(command: ReportStatus, attempt: int) -> ReportStatus:
    return command.model_copy(update={"status": command.status.model_copy(update={"attempt": attempt})})


@given(statuses((*KINDS, *ENDS[:1])), st.integers(1, 2), st.data())
def test_any_order_of_what_is_stated_about_several_attempts_makes_the_same_case(commands, times, data):
    last = times + 1
    about = [_about(command, data.draw(st.integers(1, last), label="attempt")) for command in commands]
    start = _sent_anew(times)
    same_case(_taken(start, [about]), _taken(start, split_into_batches(data.draw, about)))


@given(statuses((*KINDS, *ENDS[:1])), st.integers(1, 2), st.data())
def test_what_is_stated_about_a_recalled_attempt_changes_nothing(commands, times, data):
    start = _sent_anew(times)
    recalled = [_about(command, data.draw(st.integers(1, times), label="attempt")) for command in commands]
    same_case(start, _taken(start, split_into_batches(data.draw, recalled)))


@given(statuses(STATED), statuses(STATED), st.data())
def test_any_order_of_statuses_before_and_after_an_answer_makes_the_same_case(earlier, afterwards, data):
    afterwards = [_renamed(command) for command in afterwards]
    answers: list[AnyCommand] = [
        ProvideInformation(**by(APPLICANT, f"gave/{key}", 100), step=key, sealed="sealed")
        for key in sorted(ASSIGNMENTS)
    ]

    def case(split: Any) -> CaseState:
        return _taken(_opened(), [*split(earlier), answers, *split(afterwards)])

    same_case(case(lambda batch: [batch]), case(lambda batch: split_into_batches(data.draw, batch)))


def _renamed(command: ReportStatus) -> ReportStatus:
    """The same statement, as another one of its assignment."""
    status = command.status.model_copy(update={"status_id": f"after-{command.status.status_id}"})
    return command.model_copy(update={"id": f"{command.id}/after", "status": status})
