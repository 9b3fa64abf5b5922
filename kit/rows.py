"""Rows for people and programs: a table in a terminal, tab-separated lines in a pipe. Nothing is cut."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Rows:
    """Rows of text under named columns. The `title` is shown in a terminal only."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str | None = None

    def show(self, console: Console) -> None:
        """Print the columns and the rows."""
        if not console.is_terminal:
            lines = ["\t".join(self.columns), *("\t".join(row) for row in self.rows)]
            console.file.write("".join(f"{line}\n" for line in lines))
            return
        table = Table(*self.columns, title=self.title, title_justify="left")
        for row in self.rows:
            table.add_row(*row)
        console.print(table, markup=False)
