"""The display of a demonstration: live while it runs, tables at its end; plain lines in a pipe."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from kit.rows import Rows
from reporting.tables import tables
from vahid.demo.outcome import Outcome
from vahid.demo.progress import OnProgress, Progress
from vahid.terminal.console import Console
from vahid.terminal.instants import Instants


@contextmanager
def live(console: Console, instants: Instants) -> Iterator[OnProgress]:
    """Show the progress: a live picture in a terminal, one line a phase elsewhere."""
    if not console.is_terminal:
        phases: set[str] = set()
        yield lambda progress: _line(console, progress, phases)
        return
    with Live(console=console, refresh_per_second=1, transient=True) as shown:
        yield lambda progress: shown.update(_picture(progress, instants))


def _line(console: Console, progress: Progress, phases: set[str]) -> None:
    if progress.phase not in phases:
        if progress.console and len(phases) == 1:
            console.print(_console(progress), highlight=False)
        phases.add(progress.phase)
        console.print(f"{progress.phase} …", highlight=False)


def _console(progress: Progress) -> str:
    return f"Watch the board: {progress.console} (sign in as one of the invented people)"


def _picture(progress: Progress, instants: Instants) -> RenderableType:
    bars = Table.grid(padding=(0, 1))
    for label, value in (
        ("received", progress.accepted),
        ("in a case", progress.opened),
        ("answered", progress.answered),
    ):
        bars.add_row(label, ProgressBar(total=progress.sent, completed=value, width=40), str(value))
    when = instants.text(progress.business) if progress.business else ""
    open_cases = progress.opened - progress.answered
    return Group(
        Text(f"{progress.phase} · {when}", style="bold"),
        bars,
        Text(f"open {open_cases} · late {progress.late}"),
        Text(_console(progress) if progress.console else ""),
        _by_agency(progress),
    )


def _by_agency(progress: Progress) -> RenderableType:
    """The agencies with open steps, those with most of them first, in two columns."""
    fullest = sorted(progress.agencies.items(), key=lambda item: (-item[1][0], item[0]))
    cells = [
        (agency, str(count), str(late), "is down" if agency == progress.down else "")
        for agency, (count, late) in fullest
    ]
    table = Table(*("agency", "open", "late", "") * 2, box=None, padding=(0, 2, 0, 0))
    half = (len(cells) + 1) // 2
    for number in range(half):
        table.add_row(*cells[number], *(cells[number + half] if number + half < len(cells) else ()))
    return table


def report(console: Console, outcome: Outcome, instants: Instants) -> None:
    """Print the tables of a run, and what the doctor and the oracle found."""
    figures = outcome.figures
    console.print(
        f"{figures.appeals} appeals in {figures.cases} cases ({figures.joined} joined, {figures.triaged} "
        f"triaged); {figures.answered} answered, {figures.answered_late} of them late; {figures.reminders} "
        f"reminders, {figures.escalations} escalations; {outcome.seconds:.0f} s, after "
        f"{outcome.start_seconds:.0f} s to start, an hour of work in {outcome.hour_seconds:.2f} s.",
        highlight=False,
        soft_wrap=True,
    )
    _behaviour(console, outcome, instants)
    _agencies(outcome).show(console)
    _services(outcome).show(console)
    for rows in tables(outcome.report):
        rows.show(console)
    for line in outcome.differences:
        console.print(f"differs: {line}", style="red", highlight=False, soft_wrap=True)
    if not outcome.differences:
        console.print("Recomputed from Kafka alone, by other code: every figure of the report agrees.")
    found = {0: "all invariants hold", 1: "an invariant is broken", 2: "could not check everything"}
    console.print(f"Doctor: {found[outcome.examination.exit_code]}.")
    counts = ", ".join(f"{count} {name}" for name, count in outcome.oracle.counts.items())
    console.print(f"Oracle: compared {counts}.", highlight=False, soft_wrap=True)
    for contradiction in outcome.oracle.contradictions[:20]:
        console.print(f"contradiction: {contradiction}", style="red", highlight=False)
    if outcome.unanswered:
        console.print(f"{outcome.unanswered} cases were still open when the limit was reached.", style="red")
    elif not outcome.oracle.contradictions:
        console.print(
            "Every accepted appeal was answered once; nothing was lost, nothing doubled.", style="green"
        )


def _behaviour(console: Console, outcome: Outcome, instants: Instants) -> None:
    """The shares of the agencies' behaviour, and the effect of the outage, by the history."""
    shares = ", ".join(f"{share} % {name}" for name, share in outcome.figures.shares().items())
    outage, effect = outcome.outage, outcome.outage_effect
    console.print(f"Of the assignments to agencies: {shares}.", highlight=False, soft_wrap=True)
    console.print(
        f"{outage.agency} was down from {instants.period(outage.begins, outage.ends)}. Of {effect.decided} "
        f"assignments decided for it in that time, {effect.delivered_later} were delivered afterwards.",
        highlight=False,
        soft_wrap=True,
    )


def _agencies(outcome: Outcome) -> Rows:
    columns = (
        "assignments",
        "fulfilled",
        "refused",
        "forwarded",
        "information",
        "late",
        "escalations",
        "median_hours",
    )
    rows = []
    for agency, figures in sorted(outcome.figures.agencies.items()):
        row = figures.row()
        rows.append((agency, *("" if row[name] is None else str(row[name]) for name in columns)))
    return Rows(("agency", *(name.replace("_", " ") for name in columns)), rows, "Assignments by agency")


def _services(outcome: Outcome) -> Rows:
    outcomes = sorted({name for counts in outcome.figures.services.values() for name in counts})
    rows = [
        (service, *(str(counts.get(name, 0)) for name in outcomes))
        for service, counts in sorted(outcome.figures.services.items())
    ]
    return Rows(("service", *(name.replace("_", " ") for name in outcomes)), rows, "Outcomes by service")
