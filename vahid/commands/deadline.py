"""`vahid deadline`: when a term in working days ends, and why."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from catalogue.calendar import Interval, WorkingCalendar
from catalogue.calendar_explanation import Explanation, explain
from catalogue.loader import load
from vahid.terminal.explanations import show_explanation


def deadline(
    received: Annotated[
        str, typer.Argument(metavar="RECEIVED", help="ISO 8601; without an offset, time of the calendar.")
    ],
    working_days: Annotated[int, typer.Option("--working-days", min=1, max=1000, help="The term.")],
    calendar: Annotated[str, typer.Option(help="Code of a calendar of the catalogue.")] = "az",
    suspend: Annotated[
        list[str] | None, typer.Option(metavar="FROM..TO", help="The clock stood; may be repeated.")
    ] = None,
    catalogue: Annotated[
        Path | None,
        typer.Option(envvar="VAHID_CATALOGUE", help="Folder of the catalogue.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say when a term ends, with every day that was counted or skipped, and by what.

    The day of receipt is not counted; a term is due at the end of its last working day; a suspension moves
    it by the working time lost.

    Exit status: 0 found, 1 the calendar or its years are unknown, 2 not a date or a period.

    Example: vahid deadline 2026-03-12T10:00 --working-days 15 --suspend 2026-03-16T12:00..2026-03-31T11:00
    """
    chosen = load(catalogue).calendar_of(calendar)
    start = _instant(received, chosen)
    stood = [_interval(one, chosen) for one in suspend or ()]
    chosen.window(start.astimezone(chosen.zone).year, 9999)  # refuses a year that it does not know
    found = explain(chosen, start, working_days, stood)
    beyond = not chosen.covers(found.due_at.date())
    if as_json:
        typer.echo(_json(found))
    else:
        _show(found)
    if beyond:
        typer.echo(
            "Warning: it ends beyond the years that the calendar knows; holidays are missing.", err=True
        )


def _instant(text: str, calendar: WorkingCalendar) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date and time. Write 2026-03-12T10:00.") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=calendar.zone)


def _interval(text: str, calendar: WorkingCalendar) -> Interval:
    since, dots, until = text.partition("..")
    if not dots:
        raise typer.BadParameter(f"{text!r} is not a period. Write FROM..TO.")
    interval = _instant(since, calendar), _instant(until, calendar)
    if interval[1] < interval[0]:
        raise typer.BadParameter(f"the suspension {text} ends before it begins.")
    return interval


def _json(found: Explanation) -> str:
    why = found.model_dump_json(exclude={"due_at"}, exclude_none=True)
    return f'{{"due_at": "{found.due_at.isoformat()}", "why": {why}}}'


def _show(found: Explanation) -> None:
    typer.echo(f"Due {found.due_at:%A %Y-%m-%d %H:%M} ({found.timezone}): {found.working_days} working days")
    show_explanation(Console(), found)
