"""From the cells of a row to an appeal, or to what is wrong with them. Pure.

Only what a spreadsheet does to a cell is checked here: rounded numbers, dates in many forms, lost letters.
Whether the appeal is acceptable is intake's decision, for every channel alike. A cell is text, whatever it
begins with: nothing is calculated.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from bulk.importing.columns import IGNORED, REFERENCE, Columns
from bulk.importing.damage import has_holes, has_lost_letters, is_error_value, is_no_value
from bulk.importing.faults import RowFault
from bulk.spreadsheet import plain
from kit.text_folding import fold

_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]{1,3}", re.IGNORECASE)
_EXACT = frozenset({"fin", "phone", "birth_date"})
_DAY_FIRST = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})(?: 00?:00(?::00)?)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ T]00:00:00(?:\.0+)?)?")
_LIST = re.compile(r"[\s,;|]+")
_YES = frozenset({"1", "yes", "y", "true", "x", "+", "beli", "he", "dogru"})
_NO = frozenset({"", "0", "no", "n", "false", "-", "xeyr", "yox", "yalan"})
_REQUIRED = frozenset({"applicant.surname", "applicant.name", "category"})
_NO_QUESTIONS = frozenset({"name", "address", "district"})
"""Kinds of cells in which a question mark can only be a letter that was lost."""
_PROSE = frozenset({"text", "ground"})
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
    """The text of a cell; none where a program wrote its word for no value."""
    if is_error_value(text):
        raise RowFault(
            "csv.error_value", f"{title}: this is an error of the spreadsheet. Type the cell anew."
        )
    if not is_no_value(text):
        return text
    if name in _REQUIRED:
        raise RowFault("csv.no_value", f"{title}: this is a word for no value. Type the cell anew.")
    return ""


def _check_text(title: str, cell: str) -> None:
    if cell.isascii() and "\0" not in cell:
        return
    if "\0" in cell:
        raise RowFault("csv.nul", f"{title}: there are zero bytes; the file is damaged. Export it again.")
    if _FOREIGN_BYTES.search(cell):
        raise RowFault(
            "csv.not_utf8", f"{title}: this is not UTF-8. Save as CSV UTF-8 and type the cell anew."
        )
    if has_lost_letters(cell):
        raise _letters_lost(title)


def _letters_lost(title: str) -> RowFault:
    return RowFault("csv.letters_lost", f"{title}: a wrong encoding lost letters. Type the cell anew.")


@cache
def _kind(name: str) -> str:
    """How the cells of a field are read: by the last part of its name, mostly."""
    outer, _, last = name.rpartition(".")
    if outer == "details":
        return "text"
    if last in ("surname", "name", "patronymic"):
        return "name"
    return "consent" if name.startswith("notice.") else last


def _read(columns: Columns, name: str, value: str) -> object:
    kind = _kind(name)
    if kind in _EXACT and _ROUNDED.fullmatch(value):
        remedy = f"{columns.title_of(name)}: the spreadsheet rounded the number. Type it anew, as text."
        raise RowFault("csv.number_rounded", remedy)
    match kind:
        case _ if ("?" in value and kind in _NO_QUESTIONS) or (kind in _PROSE and has_holes(value)):
            raise _letters_lost(columns.title_of(name))
        case "birth_date":
            return _birth_date(columns.title_of(name), value)
        case "phone":
            return _phone(value)
        case "services":
            return [code for code in _LIST.split(value) if code]
        case "consent":
            return _agreed(columns.title_of(name), value)
        case _:
            return value


def _birth_date(title: str, value: str) -> str:
    """`YYYY-MM-DD`. Day and month in an unclear order are refused, not guessed."""
    if found := _YEAR_FIRST.fullmatch(value):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(value):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == "/" and day <= 12 and day != month:
            raise RowFault("csv.date_unclear", f"{title}: day or month first? Write the date as YYYY-MM-DD.")
    else:
        raise RowFault("csv.date_unclear", f"{title}: write the date as YYYY-MM-DD or DD.MM.YYYY.")
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise RowFault(
            "csv.date_unclear", f"{title}: there is no such day. Write it as YYYY-MM-DD."
        ) from None


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
