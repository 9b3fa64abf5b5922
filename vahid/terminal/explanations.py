"""How the explanation of a deadline is shown."""

from collections.abc import Iterator
from datetime import timedelta

from catalogue.calendar_explanation import ExplainedDay, Explanation
from kit.rows import Rows
from vahid.terminal.console import Console
from vahid.terminal.instants import Instants

_COLUMNS = ("date", "weekday", "day", "number", "reason", "suspended", "source")


def show_explanation(console: Console, explanation: Explanation, instants: Instants) -> None:
    """Print the calendar, every day with why it counts or not, and what suspensions did."""
    origin = f"Calendar {explanation.calendar[:15]}, holidays from {explanation.origin}"
    console.out(origin, highlight=False)
    Rows(_COLUMNS, [_day(day) for day in explanation.days]).show(console)
    for line in _suspensions(explanation, instants):
        console.out(line, highlight=False)


def duration(lost: timedelta) -> str:
    """Working time as hours and minutes; empty for none."""
    minutes = round(lost.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else ""


def _day(day: ExplainedDay) -> tuple[str, ...]:
    number = str(day.number or "")
    return f"{day.date}", day.weekday, day.day, number, day.reason, duration(day.lost), day.source or ""


def _suspensions(explanation: Explanation, instants: Instants) -> Iterator[str]:
    for suspension in explanation.suspensions:
        period = instants.period(suspension.since, suspension.until)
        lost = duration(suspension.lost) or "nothing"
        yield f"Suspended {period}: {lost} of working time lost, due {instants.text(suspension.due_at)}"
