"""What all that an agency has stated about one assignment comes to. Pure.

A fold over the whole set in its total order (`workflows.case.status_order`). So no permutation, repetition
or delay of statuses changes the result.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from workflows.case.statements import ENDS, PROGRESS, Statement
from workflows.case.status_order import in_order

Progress = Literal["dispatched", "acknowledged", "in_progress", "information_requested"]


@dataclass(frozen=True)
class Wait:
    """A time for which an agency waited for the applicant; `until` is None while it still does."""

    question: str
    since: datetime
    until: datetime | None


@dataclass
class Standing:
    """What a set of statements comes to.

    `holder` is the statement that `progress` comes from, `question` the one that waits for an answer. The
    first `end` stands; `contradicting` are the other ends, `correction` calls the end a mistake and waits
    for a person. `asked` are the ids of the questions that counted, `questions` those of all.
    """

    progress: Progress = "dispatched"
    holder: Statement | None = None
    question: Statement | None = None
    end: Statement | None = None
    contradicting: tuple[Statement, ...] = ()
    correction: Statement | None = None
    waits: tuple[Wait, ...] = ()
    asked: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()


@dataclass
class _Fold:
    standing: Standing = field(default_factory=Standing)
    questions: list[Statement] = field(default_factory=list)
    closings: list[tuple[int, datetime]] = field(default_factory=list)
    """How many questions had been asked before each statement that no longer waits, and when it came."""
    goes_on: bool = False
    """An end was undone: the agency has worked on it, whatever it acknowledges later."""

    def take(self, statement: Statement) -> bool:
        """Take the next statement; False when what follows waits for a person."""
        if statement.kind == "corrected":
            return self._correct(statement)
        if statement.kind in ENDS:
            self._end(statement)
        elif statement.kind in PROGRESS and self.standing.end is None:
            self._progress(statement)
        return True

    def _correct(self, statement: Statement) -> bool:
        standing = self.standing
        if statement.confirmed is True:
            standing.end, standing.contradicting = None, ()
            self._go_on(statement)
        elif statement.confirmed is None and standing.end is not None:
            standing.correction = statement
            return False
        return True

    def _end(self, statement: Statement) -> None:
        standing = self.standing
        if standing.end is None:
            self._close(statement)
        if statement.undone:
            self._go_on(statement)
        elif standing.end is None:
            standing.end = statement
        elif statement.contradicts(standing.end):
            standing.contradicting = (*standing.contradicting, statement)

    def _progress(self, statement: Statement) -> None:
        standing = self.standing
        standing.question = None
        if statement.kind == "information_requested":
            self.questions.append(statement)
            is_open = statement.answered_at is None
            if statement.answered_at is not None:  # so is what had been asked before
                self._close_at(statement.answered_at)
            standing.question = statement if is_open else None
            standing.progress = "information_requested" if is_open else "in_progress"
        else:
            self._close(statement)
            works = self.goes_on or statement.kind == "in_progress"
            standing.progress = "in_progress" if works else "acknowledged"
        standing.holder = statement

    def _go_on(self, statement: Statement) -> None:
        standing = self.standing
        self.goes_on = True
        standing.progress, standing.holder, standing.question = "in_progress", statement, None

    def _close(self, statement: Statement) -> None:
        self._close_at(statement.received_at)

    def _close_at(self, instant: datetime) -> None:
        self.closings.append((len(self.questions), instant))

    def waits(self) -> tuple[Wait, ...]:
        return tuple(
            wait
            for number, question in enumerate(self.questions)
            if (wait := self._wait(number, question)) is not None
        )

    def _wait(self, number: int, question: Statement) -> Wait | None:
        ends = [at for asked, at in self.closings if asked > number]
        until = max(min(ends), question.received_at) if ends else None
        stood = until is None or until > question.received_at
        return Wait(question.id, question.received_at, until) if stood else None


def _without_needless(ordered: Sequence[Statement]) -> Iterable[Statement]:
    """The statements without the corrections that wait before one which a person has confirmed."""
    confirmed = [number for number, statement in enumerate(ordered) if statement.confirmed]
    last = max(confirmed, default=-1)
    return (
        statement
        for number, statement in enumerate(ordered)
        if number >= last or statement.kind != "corrected" or statement.confirmed is not None
    )


def fold_statements(statements: Iterable[Statement]) -> Standing:
    """What the statements of one assignment come to, in whatever order they are given."""
    fold = _Fold()
    ordered = in_order(statements)
    for statement in _without_needless(ordered):
        if not fold.take(statement):
            break
    fold.standing.waits = fold.waits()
    fold.standing.asked = frozenset(question.id for question in fold.questions)
    fold.standing.questions = frozenset(
        statement.id for statement in ordered if statement.kind == "information_requested"
    )
    return fold.standing
