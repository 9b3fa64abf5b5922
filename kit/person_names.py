"""Whether two records name one person, allowing for spelling. Pure.

Names are compared as a keyboard without Azerbaijani characters writes them (`kit.text_folding`). Surname and
name may stand in each other's place, a patronymic may be missing, and one character may be wrong, missing,
doubled or exchanged with the next. Dates of birth must be equal: a missing one equals a missing one only.
"""

import re
from collections.abc import Sequence
from typing import Protocol

from kit.text_folding import fold

_SON_OR_DAUGHTER = re.compile(r"[\W_]*(?:oglu|qizi)$")


class Named(Protocol):
    """A person as an appeal names one."""

    @property
    def surname(self) -> str:
        """The family name."""

    @property
    def name(self) -> str:
        """The given name."""

    @property
    def patronymic(self) -> str | None:
        """The father's name, with or without *oğlu* or *qızı*."""

    @property
    def birth_date(self) -> str | None:
        """`YYYY-MM-DD`."""


def same_person(first: Named, second: Named) -> bool:
    """Whether both name one person, with one error of spelling at most in all their names together."""
    if first.birth_date != second.birth_date:
        return False
    mine, theirs = _names(first), _names(second)
    errors = min(_errors(mine, theirs), _errors(mine, theirs[::-1]))
    fathers = _father(first), _father(second)
    if all(fathers):
        errors += _errors(fathers[:1], fathers[1:])
    return errors <= 1


def person_key(person: Named) -> str:
    """What a blind index of the person is made of: equal keys name one person.

    Other keys may do so too: an index knows no errors of spelling.
    """
    return "\n".join(("person", *sorted(_names(person)), _father(person), person.birth_date or ""))


def _names(person: Named) -> tuple[str, str]:
    return _plain(person.surname), _plain(person.name)


def _father(person: Named) -> str:
    return _plain(_SON_OR_DAUGHTER.sub("", fold(person.patronymic or "").strip()))


def _plain(name: str) -> str:
    """The name folded, without blanks, hyphens and apostrophes: they tell nobody apart."""
    return "".join(character for character in fold(name) if character.isalnum())


def _errors(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """0 or 1 for each pair of names that differ by so many errors; 2 for one that differs by more."""
    return sum(_distance(one, other) for one, other in zip(mine, theirs, strict=True))


def _distance(one: str, other: str) -> int:
    """The errors that lead from one to the other: 0, 1, or 2 for any more."""
    if one == other:
        return 0
    pairs = enumerate(zip(one, other, strict=False))
    start = next((place for place, (mine, theirs) in pairs if mine != theirs), None)
    if start is None:  # one begins with the other
        return 1 if abs(len(one) - len(other)) == 1 else 2
    rest, other_rest = one[start:], other[start:]
    one_error = (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:])
    )
    return 1 if one_error else 2
