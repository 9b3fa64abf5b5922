"""How the processes are shown while they start and run: a live table in a terminal, lines in a pipe."""

from types import TracebackType
from typing import IO, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from vahid.stack.status import ProcessStatus, StackStatus

_COLOURS = {"ready": "green", "external": "green", "stopped": "dim", "waiting": "dim", "restarting": "red"}

_SAID = ("ready", "not ready", "restarting", "external")
"""What a line is worth where there is no table."""


def table(status: StackStatus) -> Table:
    """All processes of a home, one a row; below one that hosts several systems, these."""
    title = f"{status.state}: {status.phase}" if status.phase else status.state
    columns = ("name", "state", "pid", "address", "restarts")
    shown = Table(*columns, title=title, title_justify="left")
    for process in status.processes:
        colour = _COLOURS.get(process.state, "yellow")
        pid, restarts = str(process.pid or "-"), str(process.restarts or "")
        address = process.address if not process.hosts else f"{len(process.hosts)} systems:"
        shown.add_row(process.name, f"[{colour}]{process.state}[/]", pid, address, restarts)
        for name, hosted_at in process.hosts.items():
            shown.add_row(f"  {name}", "", "", hosted_at, "")
    return shown


class Progress:
    """Shows a status as it changes; `say` adds a line. A context manager."""

    @staticmethod
    def of(stream: IO[str]) -> "Progress":
        """A live table where `stream` is a terminal, else lines."""
        return LiveTable(Console(file=stream)) if stream.isatty() else Lines(stream)

    def show(self, status: StackStatus) -> None:
        """Show what has changed."""
        raise NotImplementedError

    def say(self, line: str) -> None:
        """Add a line."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class Lines(Progress):
    """A line for each change of a phase or a process."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._phase: tuple[str, str] = ("", "")
        self._known: dict[str, ProcessStatus] = {}

    def show(self, status: StackStatus) -> None:
        """Write a line for what differs from the last time."""
        if (status.state, status.phase) != self._phase:
            self._phase = (status.state, status.phase)
            self.say(f"{status.state}: {status.phase}" if status.phase else status.state)
        for process in status.processes:
            before = self._known.get(process.name)
            self._known[process.name] = process
            if process.state in _SAID and (before is None or before.state != process.state):
                pid = f" pid {process.pid}" if process.pid else ""
                address = process.address if not process.hosts else f"hosts {', '.join(process.hosts)}"
                self.say(f"  {process.name}: {process.state}{pid} {address}")

    def say(self, line: str) -> None:
        """Write a line."""
        self._stream.write(line + "\n")
        self._stream.flush()


class LiveTable(Progress):
    """A table that is drawn again at each change."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False)

    def show(self, status: StackStatus) -> None:
        """Draw the table again."""
        self._live.update(table(status), refresh=True)

    def say(self, line: str) -> None:
        """Print a line above the table."""
        self._live.console.print(line, highlight=False, markup=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
