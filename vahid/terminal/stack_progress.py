"""How the processes of a stack are shown as they start and run: a live table, or lines in a pipe."""

from collections.abc import Iterator
from types import TracebackType
from typing import IO, Self

from rich.live import Live
from rich.table import Table
from rich.text import Text

from kit.printable import printable
from kit.rows import Rows
from vahid.stack.status import ProcessStatus, StackStatus
from vahid.terminal.console import Console

_COLUMNS = ("name", "state", "pid", "address", "restarts")
_COLOURS = {"ready": "green", "external": "green", "stopped": "dim", "waiting": "dim", "restarting": "red"}

_WORTH_A_LINE = ("ready", "not ready", "restarting", "external")
"""The states that are printed where there is no table."""


def show(console: Console, status: StackStatus) -> None:
    """Print all processes of a home: a table in a terminal, tab-separated lines in a pipe."""
    if console.is_terminal:
        console.print(table(status))
    else:
        Rows(_COLUMNS, list(_rows(status))).show(console)


def table(status: StackStatus) -> Table:
    """All processes of a home, one a row; below one that hosts several systems, these."""
    title = f"{status.state}: {status.phase}" if status.phase else status.state
    shown = Table(*_COLUMNS, title=title, title_justify="left")
    states = {process.name: process.state for process in status.processes}
    for name, state, *cells in _rows(status):
        if name in states:
            shown.add_row(name, Text(state, style=_COLOURS.get(states[name], "yellow")), *cells)
        else:
            shown.add_row(f"  {name}", state, *cells)
    return shown


def _rows(status: StackStatus) -> Iterator[tuple[str, ...]]:
    for process in status.processes:
        address = process.address if not process.hosts else f"{len(process.hosts)} systems:"
        yield process.name, process.state, str(process.pid or "-"), address, str(process.restarts or "")
        for name, hosted_at in process.hosts.items():
            yield name, "", "", hosted_at, ""


class StackProgress:
    """Shows a status as it changes; `print_line` adds a line. A context manager."""

    @staticmethod
    def of(stream: IO[str]) -> "StackProgress":
        """A live table where `stream` is a terminal, else lines."""
        return LiveTable(Console(file=stream)) if stream.isatty() else Lines(stream)

    def show(self, status: StackStatus) -> None:
        """Show what has changed."""
        raise NotImplementedError

    def print_line(self, line: str) -> None:
        """Add a line."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class Lines(StackProgress):
    """A line for each change of a phase or a process."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._phase: tuple[str, str] = ("", "")
        self._known: dict[str, ProcessStatus] = {}

    def show(self, status: StackStatus) -> None:
        """Print a line for each difference from the status before."""
        if (status.state, status.phase) != self._phase:
            self._phase = (status.state, status.phase)
            self.print_line(f"{status.state}: {status.phase}" if status.phase else status.state)
        for process in status.processes:
            before = self._known.get(process.name)
            self._known[process.name] = process
            if process.state in _WORTH_A_LINE and (before is None or before.state != process.state):
                pid = f" pid {process.pid}" if process.pid else ""
                address = process.address if not process.hosts else f"hosts {', '.join(process.hosts)}"
                self.print_line(f"  {process.name}: {process.state}{pid} {address}")

    def print_line(self, line: str) -> None:
        """Print a line."""
        self._stream.write(printable(line) + "\n")
        self._stream.flush()


class LiveTable(StackProgress):
    """A table that is drawn again at each change."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False)

    def show(self, status: StackStatus) -> None:
        """Draw the table again."""
        self._live.update(table(status), refresh=True)

    def print_line(self, line: str) -> None:
        """Print a line above the table."""
        self._live.console.print(line, highlight=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
