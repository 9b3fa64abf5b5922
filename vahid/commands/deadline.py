"""`vahid deadline`: when a term in working days ends, and why."""

from typing import Annotated

import typer

from catalogue.calendar import Interval
from catalogue.calendar_explanation import Explanation, explain
from catalogue.loader import load
from vahid.terminal.connection_options import CatalogueOption, JsonOption
from vahid.terminal.console import Console, echo
from vahid.terminal.explanations import show_explanation
from vahid.terminal.instants import Instants
from vahid.terminal.output import print_json


def deadline(
    received: Annotated[
        str, typer.Argument(metavar="RECEIVED", help="ISO 8601; without an offset, time of the calendar.")
    ],
    working_days: Annotated[
        int, typer.Option("--working-days", min=1, max=1000, help="The term, in working days.")
    ],
    calendar: Annotated[str, typer.Option(help="Code of a calendar of the catalogue.")] = "az",
    suspend: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM..TO", help="Suspension of the clock; repeat for several."),
    ] = None,
    catalogue: CatalogueOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute when a term ends, and explain every day that counts or not.

    The day of receipt does not count. A term is due at the end of its last working day. A suspension moves it
    by the working time lost.

    Exit status: 0 computed, 1 no such calendar, or it does not cover the years, 2 not a date or a period.

    Example: vahid deadline 2026-03-12T10:00 --working-days 15 --suspend 2026-03-16T12:00..2026-03-31T11:00
    """
    chosen = load(catalogue).calendar_of(calendar)
    instants = Instants(chosen.zone)
    start = instants.parse(received)
    suspensions = [_interval(text, instants) for text in suspend or ()]
    chosen.window(start.astimezone(chosen.zone).year, 9999)  # refuses a year that it does not know
    found = explain(chosen, start, working_days, suspensions)
    chosen.require(found.due_at.date())
    if as_json:
        print_json({"due_at": found.due_at, "why": found.model_dump(mode="json", exclude_none=True)})
    else:
        _show(found, instants)


def _interval(text: str, instants: Instants) -> Interval:
    since, dots, until = text.partition("..")
    if not dots:
        raise typer.BadParameter(f"{text!r} is not a period. Write FROM..TO.")
    interval = instants.parse(since), instants.parse(until)
    if interval[1] < interval[0]:
        raise typer.BadParameter(f"The suspension {text} ends before it begins.")
    return interval


def _show(found: Explanation, instants: Instants) -> None:
    echo(f"Due {found.due_at:%A} {instants.text(found.due_at)}: {found.working_days} working days")
    show_explanation(Console(), found, instants)
