"""The tables of a report, the same for the terminal and for the page."""

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
        ("agency", "assignments", "late", "forwarded_late", "open", "escalations", "median_days", "p90_days"),
    ),
    "answers": ("Cavablar · Answers", ("cases", "count")),
    "levels": ("Xatırlatma və eskalasiya · Reminders and escalations", ("level", "count", "withdrawn")),
    "days_charged": ("Günlər kimin hesabına · Working days charged", ("charged to", "days")),
}


def tables(report: dict[str, Any]) -> list[Rows]:
    """Each part of the report as a table; agencies by their 90th percentile, the slowest first."""
    levels = {
        name: {"count": count, "withdrawn": report["levels_withdrawn"].get(name, 0)}
        for name, count in report["levels"].items()
    }
    shown = {**report, "levels": levels}
    return [_rows(name, shown[name]) for name in _HEADS]


def _rows(part_name: str, part: dict[str, Any]) -> Rows:
    title, columns = _HEADS[part_name]
    if part_name == "agencies":
        slowest = sorted(part, key=lambda agency: (-(part[agency]["p90_days"] or 0), agency))
        part = {agency: part[agency] for agency in slowest}
    rows = [
        (name, *(_cell(value.get(column, 0)) for column in columns[1:]))
        if isinstance(value, dict)
        else (name, _cell(value))
        for name, value in part.items()
    ]
    return Rows(tuple(column.replace("_", " ") for column in columns), rows, title)


def _cell(value: int | None) -> str:
    return "–" if value is None else str(value)
