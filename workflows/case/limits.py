"""How much one case may hold. Pure.

What goes to Temporal in one piece must stay well below its limit of 2 MB (ADR 33). A hand-over carries all
appeals of the case; its state carries a reference to each, its documents, and what agencies have stated.
"""

from collections.abc import Sequence

from workflows.case.statements import Statement

MOST_APPEALS = 100
MOST_CHARACTERS = 600_000
"""Of all sealed contents of its appeals together; an appeal of 10,000 characters has some 20,000."""
MOST_DOCUMENTS = 300
"""Documents that agencies are sent."""
MOST_STATEMENTS = 100
"""Statements of progress of one agency about one assignment."""
MOST_OF_NOTES = 60_000
"""Characters of the sealed notes of such statements together."""


def is_full(appeals: int, characters: int) -> bool:
    """Whether so many appeals, with so many characters of sealed content, are too many for one case.

    An appeal on the same matter then opens a case of its own, and a person is asked to look at both.
    """
    return appeals > MOST_APPEALS or characters > MOST_CHARACTERS


def states_too_much(statements: Sequence[Statement]) -> bool:
    """Whether an agency has stated so much about one assignment that further progress is only recorded."""
    notes = sum(len(known.whole.sealed_note or "") for known in statements if known.whole is not None)
    return len(statements) >= MOST_STATEMENTS or notes >= MOST_OF_NOTES
