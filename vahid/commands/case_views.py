"""How cases look in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

_PREFIX, _SUFFIX = "az.vahid.", ".v1"


def case_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The list of cases."""
    table = Table("tracking number", "case", "status", "waiting for", "opened", "due", "late")
    for row in rows:
        table.add_row(
            row["tracking_number"],
            row["case_id"],
            row["outcome"] or row["status"],
            row["waiting_for"] or "",
            _instant(row["opened_at"]),
            _instant(row["due_at"]),
            "late" if row["late"] else "",
        )
    return table


def case_parts(found: Mapping[str, Any]) -> Iterator[RenderableType]:
    """A whole case: a line, its steps, its history."""
    case = found["case"]
    numbers = ", ".join(appeal["tracking_number"] for appeal in case["appeals"])
    title = f"Case {case['case_id']} · {numbers} · {case.get('outcome') or case['status']}"
    yield Text(title, style="bold")
    yield _steps(case)
    yield _history(found["history"])


def _steps(case: Mapping[str, Any]) -> Table:
    services = {track["key"]: track["service"] for track in case["tracks"]}
    table = Table("step", "service", "agency", "status", "reference", "due")
    for step in case["steps"]:
        due = max((clock["due_at"] for clock in step["clocks"]), default=None)
        table.add_row(
            step["key"],
            services[step["track"]],
            step["agency_id"],
            step["status"],
            step.get("reference", ""),
            _instant(due),
        )
    return table


def _history(entries: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("seq", "recorded at", "event", "about", "actor", "cause")
    for entry in entries:
        body = entry["body"]
        about = body.get("step") or body.get("subject") or body.get("track") or ""
        actor = f"{entry['actor']['kind']} {entry['actor']['id']}"
        event = body["type"].removeprefix(_PREFIX).removesuffix(_SUFFIX)
        when = _instant(entry["recorded_at"])
        table.add_row(str(entry["seq"]), when, event, about, actor, entry["cause"])
    return table


def _instant(value: datetime | str | None) -> str:
    if value is None:
        return ""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.strftime("%Y-%m-%d %H:%M")
