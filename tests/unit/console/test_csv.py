"""A list as CSV: what a spreadsheet makes of it is what it says."""

import csv
import io

from casework.queries.case_list import CaseSummary
from services.console.pages.cases import as_csv
from tests.builders import later


def summary(**changed: object) -> CaseSummary:
    fields: dict[str, object] = {
        "case_id": "c-1",
        "tracking_number": "VHD-26-0000001-A",
        "status": "open",
        "outcome": None,
        "waiting_for": ("moh", "mod"),
        "opened_at": later(0),
        "due_at": None,
        "closed_at": None,
        "late": True,
        "tasks": (),
    }
    return CaseSummary.model_validate(fields | changed)


def test_a_row_a_case_under_its_names() -> None:
    names, row = csv.reader(io.StringIO(as_csv([summary()])))
    assert dict(zip(names, row, strict=True)) | {"opened_at": ""} == {
        "case_id": "c-1",
        "tracking_number": "VHD-26-0000001-A",
        "status": "open",
        "outcome": "",
        "waiting_for": "moh mod",
        "opened_at": "",
        "due_at": "",
        "closed_at": "",
        "late": "True",
        "tasks": "",
        "services": "",
    }


def test_no_cell_is_a_formula_or_breaks_its_line() -> None:
    _, row = csv.reader(io.StringIO(as_csv([summary(tracking_number="=1+1\r\n\x1b[2J", tasks=("@x",))])))
    assert "'=1+1 \N{REPLACEMENT CHARACTER}[2J" in row and "'@x" in row
