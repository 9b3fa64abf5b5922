"""A statement as PostgreSQL is given it, in one line each clause, to be compared with one that was read."""

import re
import textwrap
from functools import partial

from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import ClauseElement


def text_of(statement: ClauseElement) -> str:
    """The text with the values that are part of the statement; blanks are one."""
    compiled = statement.compile(dialect=postgresql.dialect())
    text = re.sub(r"\s+", " ", str(compiled))
    for name, value in compiled.params.items():
        if value is not None:
            text = re.sub(rf"%\({name}\)s(?:::\w+)?", repr(value), text)
    return text


def laid_out(text: str) -> str:
    """The same text, with a line for each clause, as it is kept to be read."""
    lines = re.sub(
        r" (FROM|WHERE|ORDER BY|ON CONFLICT|AND|OR|SELECT|RETURNING)\b", r"\n\1", text
    ).splitlines()
    wrap = partial(textwrap.wrap, width=108, break_long_words=False, break_on_hyphens=False)
    return "\n".join(piece for line in lines for piece in wrap(line)) + "\n"
