"""Who may do what, and in whose name."""

from typing import get_args

import pytest

from services.console.people import EXAMPLES, MAY, Permission, Person, Role

TABLE: dict[Role, set[Permission]] = {
    "operator": {"watch", "act"},
    "supervisor": {"watch", "act"},
    "commission": {"watch", "decide"},
    "auditor": {"watch"},
    "agency": set(),
    "administrator": set(),
}


@pytest.mark.parametrize("role", get_args(Role))
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: Role) -> None:
    person = Person(subject="s-1", role=role)
    assert {permission for permission in MAY if person.may(permission)} == TABLE[role]


@pytest.mark.parametrize(
    ("role", "kind", "identity"),
    [
        ("operator", "staff", "s-1"),
        ("supervisor", "staff", "s-1"),
        ("commission", "commission", "s-1"),
        ("agency", "agency", "moh"),
    ],
)
def test_commands_are_given_by_the_account_and_never_by_a_name(role: Role, kind: str, identity: str) -> None:
    actor = Person(subject="s-1", role=role, agency_id="moh").actor
    assert (actor.kind, actor.id) == (kind, identity)


def test_the_example_people_have_accounts_of_their_own() -> None:
    assert len({person.subject for person in EXAMPLES}) == len(EXAMPLES)
    assert {person.role for person in EXAMPLES} == {"operator", "supervisor", "commission", "auditor"}
