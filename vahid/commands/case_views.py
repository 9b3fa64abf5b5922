"""How cases look in a terminal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console

from vahid.rows import Rows

_PREFIX, _SUFFIX = "az.vahid.", ".v1"


def case_rows(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """The list of cases."""
    columns = ("tracking number", "case", "status", "waiting for", "opened", "due", "late")
    return Rows(columns, [_case_row(row) for row in rows])


def show_case(console: Console, found: Mapping[str, Any]) -> None:
    """A whole case: a line, its steps, its history."""
    case = found["case"]
    numbers = ", ".join(appeal["tracking_number"] for appeal in case["appeals"])
    title = f"Case {case['case_id']} · {numbers} · {case.get('outcome') or case['status']}"
    console.print(title, style="bold", markup=False, highlight=False, soft_wrap=True)
    _steps(case).show(console)
    _history(found["history"]).show(console)


def _case_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        row["tracking_number"],
        row["case_id"],
        row["outcome"] or row["status"],
        row["waiting_for"] or "",
        _instant(row["opened_at"]),
        _instant(row["due_at"]),
        "late" if row["late"] else "",
    )


def _steps(case: Mapping[str, Any]) -> Rows:
    services = {track["key"]: track["service"] for track in case["tracks"]}
    rows = [
        (
            step["key"],
            services[step["track"]],
            step["agency_id"],
            step["status"],
            step.get("reference", ""),
            _instant(max((clock["due_at"] for clock in step["clocks"]), default=None)),
        )
        for step in case["steps"]
    ]
    return Rows(("step", "service", "agency", "status", "reference", "due"), rows)


def _history(entries: Sequence[Mapping[str, Any]]) -> Rows:
    columns = ("seq", "recorded at", "event", "about", "actor", "cause")
    return Rows(columns, [_entry(entry) for entry in entries])


def _entry(entry: Mapping[str, Any]) -> tuple[str, ...]:
    body = entry["body"]
    return (
        str(entry["seq"]),
        _instant(entry["recorded_at"]),
        body["type"].removeprefix(_PREFIX).removesuffix(_SUFFIX),
        body.get("step") or body.get("subject") or body.get("track") or "",
        f"{entry['actor']['kind']} {entry['actor']['id']}",
        entry["cause"],
    )


def _instant(value: datetime | str | None) -> str:
    if value is None:
        return ""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.strftime("%Y-%m-%d %H:%M")
