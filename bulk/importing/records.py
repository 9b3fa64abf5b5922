"""From the bytes of a file to its records, each with the line it begins on: streamed, a record at a time.

What a spreadsheet writes is taken as it is: UTF-8 with or without a byte order mark, UTF-16, comma, semicolon
or tab, quoted cells that hold line breaks, any of the three line ends. Where the quotes of a record do not
close, the line that it begins on is the broken record, and reading goes on with the next line: nothing is
swallowed.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from bulk.importing.faults import FileFault, RowFault

RECORD_CHARACTERS = 64 * 1024
DELIMITERS = (",", ";", "\t")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_HINT = "sep="


@dataclass(frozen=True)
class Record:
    """One record: its cells, or why they cannot be separated.

    `text` is the record as it stands in the file; `line` and `last_line` are physical lines, from 1.
    """

    line: int
    last_line: int
    text: str
    cells: tuple[str, ...] = ()
    fault: RowFault | None = None


@dataclass
class _Lines:
    """The physical lines of a file; those that were read too far are given again."""

    lines: Iterator[str]
    line: int = 0
    again: deque[str] = field(default_factory=deque)

    def next(self) -> str | None:
        line = self.again.popleft() if self.again else next(self.lines, None)
        self.line += line is not None
        return line

    def give_back(self, lines: list[str]) -> None:
        self.again.extendleft(reversed(lines))
        self.line -= len(lines)


def opened(path: Path) -> BinaryIO:
    """The file, to be read.

    Raises:
        FileFault: `file.unreadable`.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise FileFault("file.unreadable", f"{path} cannot be read: {error.strerror}.") from None


def records(file: BinaryIO) -> Iterator[Record]:
    """The records of `file`, the header first. Blank lines are none.

    Raises:
        FileFault: `file.empty`.
    """
    lines = _Lines(_decoded(file))
    header = _next_line_with_text(lines)
    if header is not None and header.lower().startswith(_HINT):
        delimiter = header[len(_HINT) :].rstrip("\r\n")[:1] or ","
    elif header is not None:
        delimiter = max(DELIMITERS, key=header.count)
        lines.give_back([header])
    else:
        raise FileFault("file.empty", "The file holds no row.")
    while (first := lines.next()) is not None:
        if first.strip():
            yield _record(first, lines, delimiter)


def _decoded(file: BinaryIO) -> Iterator[str]:
    """Lines with their ends. Bytes that are not of the encoding stay in the text as marks of it.

    Of a line that is too long for a record only its beginning is given, without its end.
    """
    encoding = _encoding(file)
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    text = io.TextIOWrapper(file, encoding, errors=errors, newline="")
    while line := text.readline(RECORD_CHARACTERS + 2):
        yield line
        while not line.endswith(("\n", "\r")) and (line := text.readline(RECORD_CHARACTERS)):
            pass
    text.detach()  # the file is its owner's to close


def _encoding(file: BinaryIO) -> str:
    start = file.read(4)
    file.seek(0)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    # Without a mark, a header in UTF-16 shows by the zero bytes of its first characters.
    if start[1::2] == b"\0\0":
        return "utf-16-le"
    return "utf-16-be" if start[::2] == b"\0\0" else "utf-8"


def _next_line_with_text(lines: _Lines) -> str | None:
    while (line := lines.next()) is not None:
        if line.strip():
            return line
    return None


def _record(first: str, lines: _Lines, delimiter: str) -> Record:
    number, taken, quotes, size = lines.line, [first], first.count('"'), len(first)
    while quotes % 2 and size < RECORD_CHARACTERS:
        more = lines.next()
        if more is None:
            break
        taken.append(more)
        quotes += more.count('"')
        size += len(more)
    try:
        return Record(number, lines.line, "".join(taken), _cells(taken, delimiter))
    except csv.Error:
        lines.give_back(taken[1:])
        return Record(number, number, first, fault=_broken(first))


def _cells(taken: list[str], delimiter: str) -> tuple[str, ...]:
    """Raises csv.Error: a quote is not closed, something follows a closed one, or the record is too long."""
    if sum(map(len, taken)) > RECORD_CHARACTERS:
        raise csv.Error("too long")
    reader = csv.reader(taken, delimiter=delimiter, strict=True)
    cells = next(reader)
    if reader.line_num != len(taken):
        raise csv.Error("a quote closes before the record ends")
    return tuple(cells)


def _broken(first: str) -> RowFault:
    if len(first) > RECORD_CHARACTERS:
        return RowFault("csv.too_long", f"Keep a row under {RECORD_CHARACTERS} characters.")
    return RowFault("csv.quotes", "Close the quotation marks of this row, and double those inside a cell.")
