"""Every command states who may give it, and all others are refused before any rule is asked."""

import random
from typing import get_args

import pytest

from schemas.actors import Actor, ActorKind
from schemas.case_lifecycle_events import CommandRefused
from tests.builders import PARALLEL, RULES, SEQUENTIAL, later, receive, report
from tests.case import Case
from tests.commands import COMMANDS
from workflows.case.commands import AnyCommand, FireTimer
from workflows.case.decide.decider import decide
from workflows.case.state import CaseState

OPEN = Case().take(receive(SEQUENTIAL, PARALLEL)).state
EACH: list[AnyCommand] = [
    report("t1.examine", "fulfilled"),
    FireTimer(id="timer", received_at=later(1)),
    *(draw(OPEN, kind, later(1), random.Random(kind)) for kind, draw in sorted(COMMANDS.items())),
]


def not_permitted(command: AnyCommand) -> list[AnyCommand]:
    """The command as each actor gives it who may not."""
    strangers = sorted(set(get_args(ActorKind)) - command.permission.actors)
    return [command.model_copy(update={"actor": Actor(kind=kind, id="stranger")}) for kind in strangers]


def test_every_kind_of_command_states_who_may_give_it():
    kinds = get_args(get_args(AnyCommand)[0])
    assert {type(command) for command in EACH} == set(kinds)
    assert all("permission" in vars(kind) for kind in kinds)


@pytest.mark.parametrize("command", EACH, ids=lambda command: command.kind)
def test_whoever_may_not_give_a_command_is_refused_with_its_code(command):
    permission = command.permission
    refusal = CommandRefused(command=command.kind, code=permission.code, allowed=permission.allowed)
    assert permission.allowed.endswith(".") and not_permitted(command)
    for stranger in not_permitted(command):
        assert decide(OPEN, stranger, later(1), RULES) == (refusal,)


def test_whoever_may_not_bring_an_appeal_opens_no_case():
    empty = CaseState(case_id=OPEN.case_id)
    for stranger in not_permitted(receive(SEQUENTIAL)):
        assert decide(empty, stranger, later(1), RULES) == ()
