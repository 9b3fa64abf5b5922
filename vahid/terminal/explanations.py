"""How the explanation of a term looks in a terminal."""

from datetime import timedelta

from rich.console import Console

from catalogue.calendar_explanation import Explanation
from kit.rows import Rows


def show_explanation(console: Console, found: Explanation) -> None:
    """The calendar, every day that was counted or skipped and by what, and what suspensions did."""
    console.out(f"Calendar {found.calendar[:15]}, holidays from {found.origin}", highlight=False)
    rows = [
        (
            f"{one.date}",
            one.weekday,
            one.day,
            str(one.number or ""),
            one.reason,
            duration(one.lost),
            one.source or "",
        )
        for one in found.days
    ]
    columns = ("date", "weekday", "day", "number", "reason", "suspended", "source")
    Rows(columns, rows).show(console)
    for one in found.suspensions:
        period = f"{one.since:%Y-%m-%d %H:%M} to {one.until:%Y-%m-%d %H:%M}"
        lost = duration(one.lost) or "nothing"
        due = f"due {one.due_at:%Y-%m-%d %H:%M}"
        console.out(f"Suspended {period}: {lost} of working time lost, {due}", highlight=False)


def duration(lost: timedelta) -> str:
    """Working time as hours and minutes; empty for none."""
    minutes = round(lost.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else ""
