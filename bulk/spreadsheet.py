"""Cells that a spreadsheet reads as text and never as a formula, and back again.

A cell that begins with a character at which a spreadsheet starts to calculate gets an apostrophe before it,
which spreadsheets do not show (OWASP, "CSV Injection"). One that begins with an apostrophe gets one more, so
that `plain(neutral(cell)) == cell` for every cell: what was written here is read back as it was.
"""

import csv
from collections.abc import Iterable
from typing import IO

from kit.printable import printable

# Full-width forms count as well, and so do these characters after blanks, which some programs skip.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "'", "|", "%")


def neutral(cell: str) -> str:
    """`cell` as it may stand in a file that a spreadsheet opens."""
    return f"'{cell}" if cell.startswith(_STARTS) or cell.lstrip().startswith(_STARTS) else cell


def plain(cell: str) -> str:
    """The text of a cell: without the one apostrophe before it by which spreadsheets mark text."""
    return cell.removeprefix("'")


class NeutralWriter:
    """Writes rows as CSV (RFC 4180), every cell neutral and without control characters."""

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file, lineterminator="\r\n")

    def write(self, row: Iterable[str]) -> None:
        """Write one row."""
        self._writer.writerow([neutral(printable(cell)) for cell in row])
