"""Rows for people and programs: a table in a terminal, tab-separated lines in a pipe.

Nothing is cut; foreign text is cleaned, and is no markup.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kit.printable import printable, printable_line

_GAP = 2
"""Blanks between two columns."""
_SHORT = 20
"""A column of texts up to this length is kept on one line."""


@dataclass(frozen=True)
class Rows:
    """Rows of text under named columns. The `title` is shown in a terminal only."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str | None = None

    def show(self, console: Console) -> None:
        """Print the columns and the rows."""
        if not console.is_terminal:
            lines = ["\t".join(map(printable_line, row)) for row in (self.columns, *self.rows)]
            console.file.write("".join(f"{line}\n" for line in lines))
            return
        table = Table(
            title=self.title, title_justify="left", box=None, pad_edge=False, padding=(0, _GAP, 0, 0)
        )
        unbroken = set(self._unbroken(console.width))
        for number, name in enumerate(self.columns):
            table.add_column(Text(printable_line(name)), overflow="fold", no_wrap=number in unbroken)
        for row in self.rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        console.print(table)

    def _unbroken(self, width: int) -> Iterator[int]:
        """The columns of short texts that fit on one line in three quarters of the width."""
        left = width * 3 // 4
        for number, name in enumerate(self.columns):
            needed = max(len(text) for text in (name, *(row[number] for row in self.rows)))
            if needed <= min(_SHORT, left):
                left -= needed + _GAP
                yield number
