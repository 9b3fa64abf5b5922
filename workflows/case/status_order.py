"""The one total order of what an agency has stated about one assignment. Pure.

The order is one of the whole set, so it does not depend on the order of arrival:

1. The acknowledgement that lies in the acceptance of the assignment is the first.
2. Statements with a sequence of the agency stand by it.
3. A statement without one stands by its time: before the first numbered statement that is later. A numbered
   statement counts as no later than those that follow it by sequence, so that one wrong time moves no other.
4. Equal instants stand by what can only come later, then by id.
"""

from collections.abc import Iterable
from datetime import datetime

from schemas.agency_statuses import Status
from workflows.case.statements import Statement

_RANK: dict[Status, int] = {
    "acknowledged": 0,
    "in_progress": 1,
    "information_requested": 2,
    "note": 2,
    "fulfilled": 3,
    "refused": 3,
    "forwarded": 3,
    "corrected": 4,
}
"""Of two statements of one instant, the one of the higher rank can only come later."""

_DIGITS = 40
"""More digits than a numeric id has."""

_Instant = tuple[datetime, int]


def in_order(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements in their total order, whatever the order in which they are given."""
    given = sorted(statements, key=_by_time)
    first = [statement for statement in given if statement.first]
    numbered = [statement for statement in given if not statement.first and statement.sequence is not None]
    unnumbered = [statement for statement in given if not statement.first and statement.sequence is None]
    numbered.sort(key=lambda statement: statement.sequence or 0)  # stable: equal sequences stay by time
    return (*first, *_merged(numbered, unnumbered))


def _merged(numbered: list[Statement], unnumbered: list[Statement]) -> list[Statement]:
    ordered: list[Statement] = []
    waiting = iter(zip(numbered, _latest_instants(numbered), strict=True))
    following = next(waiting, None)
    for statement in unnumbered:
        while following is not None and following[1] <= _instant(statement):
            ordered.append(following[0])
            following = next(waiting, None)
        ordered.append(statement)
    if following is not None:
        ordered += [following[0], *(statement for statement, _ in waiting)]
    return ordered


def _latest_instants(numbered: list[Statement]) -> list[_Instant]:
    """Of each statement the instant that it can have at the latest: none is after one that follows it."""
    found: list[_Instant] = []
    for statement in reversed(numbered):
        instant = _instant(statement)
        found.append(min(instant, found[-1]) if found else instant)
    return found[::-1]


def _instant(statement: Statement) -> _Instant:
    return statement.at, _RANK[statement.kind]


def _by_time(statement: Statement) -> tuple[datetime, int, str]:
    # Numbers as numbers: of two in one second 1000 comes after 999.
    identity = statement.id.zfill(_DIGITS) if statement.id.isdecimal() else statement.id
    return *_instant(statement), identity
