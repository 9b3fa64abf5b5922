"""No cell is a formula, and every cell is read back as it was."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bulk.spreadsheet import NeutralWriter, neutral, plain
from kit.printable import printable

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


@given(st.text())
@example("'")
@example("''=1")
@example(" '=1")
def test_what_was_made_neutral_is_read_back_as_it_was(cell: str) -> None:
    assert plain(neutral(cell)) == cell


@pytest.mark.parametrize("cell", ["=1+1", "+994501234567", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_a_formula_is_text(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@given(st.lists(st.text(st.characters(exclude_characters="\0\r", codec="utf-8")), min_size=1))
def test_a_written_row_has_no_cell_that_calculates(cells: list[str]) -> None:
    file = io.StringIO(newline="")
    NeutralWriter(file).write(cells)
    (read,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert not any(cell.lstrip().startswith(STARTS) for cell in read)
    assert [plain(cell) for cell in read] == [printable(cell) for cell in cells]
