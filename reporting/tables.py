"""The tables of a report, for the terminal and for the page: one list, so that both say the same."""

from typing import Any

from kit.rows import Rows

_HEADS = {
    "channels": ("Kanallar üzrə · By channel", ("channel", "persons", "appeals")),
    "directions": (
        "İstiqamətlər üzrə · By direction",
        ("direction", "asked", "satisfied", "partly_satisfied", "refused", "not_competent", "open"),
    ),
    "agencies": (
        "Qurumlar üzrə · By agency",
        ("agency", "assignments", "late", "open", "escalations", "median_days", "p90_days"),
    ),
    "answers": ("Cavablar · Answers", ("cases", "count")),
    "levels": ("Xatırlatma və eskalasiya · Reminders and escalations", ("level", "count")),
    "days_charged": ("Günlər kimin hesabına · Working days charged to whom", ("whom", "days")),
}


def tables(report: dict[str, Any]) -> list[Rows]:
    """Each part of the report as a table; agencies with the slowest first."""
    return [_rows(name, report[name]) for name in _HEADS]


def _rows(name: str, part: dict[str, Any]) -> Rows:
    title, columns = _HEADS[name]
    if name == "agencies":
        slowest = sorted(part, key=lambda one: (-(part[one]["p90_days"] or 0), one))
        part = {one: part[one] for one in slowest}
    rows = [
        (row, *(_said(value.get(column, 0)) for column in columns[1:]))
        if isinstance(value, dict)
        else (row, _said(value))
        for row, value in part.items()
    ]
    return Rows(tuple(column.replace("_", " ") for column in columns), rows, title)


def _said(value: int | None) -> str:
    return "–" if value is None else str(value)
