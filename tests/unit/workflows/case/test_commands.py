"""Every command says who may give it."""

from typing import get_args

from workflows.case.commands import AnyCommand


def test_every_kind_of_command_says_who_may_give_it():
    kinds = get_args(get_args(AnyCommand)[0])
    assert len(kinds) > 20 and all("permission" in vars(kind) for kind in kinds)
