"""From the cells of a row to an appeal, or to what is wrong with them. Pure.

Only the form of the file is checked here: bytes, the number of cells, consents. Whether the appeal is
acceptable, and what a program did to a text, is intake's decision, for every channel alike. A cell is text,
whatever it begins with: nothing is calculated.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bulk.importing.columns import IGNORED, REFERENCE, Columns
from bulk.importing.faults import RowFault
from bulk.spreadsheet import plain
from kit.damaged_text import is_error_value, is_no_value
from kit.text_folding import fold
from services.intake.appeals.fields import UnclearDayError, day_of

_LIST = re.compile(r"[\s,;|]+")
_YES = frozenset({"1", "yes", "y", "true", "x", "+", "beli", "he", "dogru"})
_NO = frozenset({"", "0", "no", "n", "false", "-", "xeyr", "yox", "yalan"})
_REQUIRED = frozenset({"applicant.surname", "applicant.name", "category"})
CODES_OF_FILES = {
    "text.error_value": "csv.error_value",
    "text.letters_lost": "csv.letters_lost",
    "text.no_value": "csv.no_value",
    "text.number_rounded": "csv.number_rounded",
    "birth_date.invalid": "csv.date_unclear",
    "birth_date.unclear": "csv.date_unclear",
}
"""What intake finds damaged in a text is a fault of the file: what each code is in the file of rejects."""
_FOREIGN_BYTES = re.compile("[\udc80-\udcff]")


def appeal_of(columns: Columns, cells: Sequence[str]) -> tuple[str | None, dict[str, Any]]:
    """The row's own reference, where the file has such a column, and the appeal as intake takes it.

    Raises:
        RowFault: a `csv.` code: the cells are not what was typed, or not as many as the header has.
    """
    values = _values(columns, cells)
    appeal: dict[str, Any] = {"channel": "import"}
    for name, value in values.items():
        if name != REFERENCE and (value or name.startswith("notice.")):
            _put(appeal, name, _read(columns, name, value))
    return values.get(REFERENCE) or None, appeal


def is_blank(cells: Sequence[str]) -> bool:
    """Whether all cells are blank: a row that a spreadsheet keeps because it was formatted once."""
    return not any(cell.strip() for cell in cells)


def _values(columns: Columns, cells: Sequence[str]) -> dict[str, str]:
    wanted, given = len(columns.fields), len(cells)
    # A single cell is a record that an earlier run could not separate into cells.
    one_cell = given <= columns.reject_columns + 1 < wanted
    if one_cell or not _REQUIRED.isdisjoint(columns.fields[given:]):
        raise RowFault(
            "csv.too_few_cells", f"The row has {given} cells, the header {wanted}: nothing may shift."
        )
    if any(cell.strip() for cell in cells[wanted:]):
        raise RowFault(
            "csv.too_many_cells",
            f"The row has {given} cells, the header {wanted}: a cell that holds the separator needs quotes.",
        )
    texts = [plain(cell).strip() for cell in cells[:wanted]] + [""] * (wanted - given)
    if tuple(texts) == columns.titles:
        raise RowFault("csv.header_repeated", "This is the header once more: leave it out.")
    for title, text in zip(columns.titles, texts, strict=True):
        _check_text(title, text)
    return {
        name: _meant(title, name, text)
        for title, name, text in zip(columns.titles, columns.fields, texts, strict=True)
        if name != IGNORED
    }


def _meant(title: str, name: str, text: str) -> str:
    """The text of a cell; of one that is not in the appeal as it is written, none for a word for no value."""
    if name != REFERENCE and not name.startswith("notice."):
        return text
    if is_error_value(text):
        raise RowFault(
            "csv.error_value", f"{title}: this is an error of the spreadsheet. Type the cell anew."
        )
    return "" if is_no_value(text) else text


def _check_text(title: str, cell: str) -> None:
    if cell.isascii() and "\0" not in cell:
        return
    if "\0" in cell:
        raise RowFault("csv.nul", f"{title}: there are zero bytes; the file is damaged. Export it again.")
    if _FOREIGN_BYTES.search(cell):
        raise RowFault(
            "csv.not_utf8", f"{title}: this is not UTF-8. Save as CSV UTF-8 and type the cell anew."
        )


def _read(columns: Columns, name: str, value: str) -> object:
    if name.startswith("notice."):
        return _agreed(columns.title_of(name), value)
    if name == "services":
        return [code for code in _LIST.split(value) if code]
    match name.rpartition(".")[2]:
        case "phone":
            return _phone(value)
        case "birth_date":
            return _birth_date(value)
        case _:
            return value


def _birth_date(value: str) -> str:
    """`YYYY-MM-DD`: a row keeps its key however the date is written. What is no date, intake refuses."""
    try:
        born = day_of(value)
    except UnclearDayError:
        return value
    return value if born is None else born.isoformat()


def _phone(value: str) -> str:
    """A number that a spreadsheet took for one has lost its plus sign."""
    return f"+{value}" if value.isdecimal() and len(value) == 12 and value.startswith("994") else value


def _agreed(title: str, value: str) -> bool:
    folded = fold(value)
    if folded not in _YES | _NO:
        raise RowFault("csv.yes_or_no", f"{title}: write yes or no.")
    return folded in _YES


def _put(appeal: dict[str, Any], name: str, value: object) -> None:
    outer, _, inner = name.rpartition(".")
    place = appeal.setdefault(outer, {}) if outer else appeal
    place[inner] = value


def problem_fault(columns: Columns, problem: Mapping[str, Any]) -> RowFault:
    """What intake found wrong with the appeal (RFC 9457), by the titles of the columns."""
    code = str(problem.get("type", "")).rpartition(":")[2] or "intake.refused"
    code = CODES_OF_FILES.get(code, code)
    places = [_by_title(columns, place) for place in problem.get("errors", ())]
    return RowFault(code, " ".join(places) or str(problem.get("detail", "")))


def reference_spent(columns: Columns) -> RowFault:
    """An appeal was accepted under the row's reference; whether it was this one is no longer known."""
    title = columns.title_of(REFERENCE)
    remedy = f"{title}: an appeal was accepted under it, too long ago to know whether it was this one."
    return RowFault(
        "reference.spent", f"{remedy} If it was, leave the row out; if not, give it another {title}."
    )


def _by_title(columns: Columns, place: Mapping[str, Any]) -> str:
    name = str(place.get("pointer", "")).removeprefix("#/").replace("/", ".")
    name = re.sub(r"\.[0-9]+$", "", name)
    detail = str(place.get("detail", ""))
    return f"{columns.title_of(name)}: {detail}" if name else detail
