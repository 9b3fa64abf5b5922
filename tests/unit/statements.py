"""A statement as PostgreSQL is given it, in one line each clause, to be compared with one that was read."""

import re

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
