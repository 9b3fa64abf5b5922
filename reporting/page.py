"""The report as one HTML page that needs no network: each chart in SVG, with its table beside it."""

from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader

from kit.rows import Rows
from reporting.tables import tables

_CHARTED = {"channel": 1, "direction": 1, "agency": 6, "cases": 1, "level": 1, "charged to": 1}
"""By a table's first column: the column that the chart shows."""
_CAPTIONS = {"p90 days": "p90 days: the slowest first"}


def page(report: dict[str, Any], as_of: datetime) -> str:
    """The page, light or dark by the reader's system."""
    environment = Environment(loader=PackageLoader("reporting", "."), autoescape=True)
    parts = [{"rows": rows, "bars": _bars(rows)} for rows in tables(report)]
    return environment.get_template("page.html.j2").render(report=report, as_of=as_of, parts=parts)


def _bars(rows: Rows) -> dict[str, Any]:
    column = _CHARTED[rows.columns[0]]
    numbers = [(row[0], int(row[column]) if row[column].isdigit() else 0) for row in rows.rows]
    most = max((number for _, number in numbers), default=0) or 1
    bars = [(name, number, round(250 * number / most, 1)) for name, number in numbers]
    return {
        "of": _CAPTIONS.get(rows.columns[column], rows.columns[column]),
        "bars": bars,
        "height": 24 * len(bars) + 4,
    }
