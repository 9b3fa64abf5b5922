"""Records of files as spreadsheets write them: where each begins, and that a broken one swallows nothing."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk.importing.faults import FileFault
from bulk.importing.records import RECORD_CHARACTERS, Record, records

TEXT = "ad,soyad\nElşən,Əliyev\n\nNigar,Həsənova\n"


def read(content: str | bytes, encoding: str = "utf-8") -> list[Record]:
    return list(records(io.BytesIO(content if isinstance(content, bytes) else content.encode(encoding))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    found = read(TEXT.replace("\n", end), encoding)
    assert [record.cells for record in found] == [("ad", "soyad"), ("Elşən", "Əliyev"), ("Nigar", "Həsənova")]
    assert [record.line for record in found] == [1, 2, 4]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(delimiter: str) -> None:
    found = read(f"a{delimiter}b\n1{delimiter}2\n")
    assert found[1].cells == ("1", "2")
    hinted = read(f"sep={delimiter}\na{delimiter}b\n")
    assert (hinted[0].cells, hinted[0].line) == (("a", "b"), 2)


def test_a_record_over_several_lines_is_named_by_its_first() -> None:
    found = read('a,b\n1,"x\ny\n\nz ""q"""\n2,w\n')
    assert [(record.line, record.last_line) for record in found] == [(1, 1), (2, 5), (6, 6)]
    assert found[1].cells == ("1", 'x\ny\n\nz "q"')


@pytest.mark.parametrize("broken", ['1,"never closed', '"1"x,2', '1,"x" y', '"open,"and",shut'])
def test_a_broken_quote_is_one_broken_row(broken: str) -> None:
    found = read(f'a,b\n{broken}\n3,4\n5,"six"\n7,"ei\nght"\n')
    faults = [(record.line, record.fault.code) for record in found if record.fault]
    assert faults == [(2, "csv.quotes")]
    assert [record.cells for record in found if record.line > 2] == [
        ("3", "4"),
        ("5", "six"),
        ("7", "ei\nght"),
    ]


def test_a_quote_that_is_never_closed_swallows_nothing_of_a_long_file() -> None:
    rows = [f"{number},x" for number in range(30_000)]
    found = read("\n".join(["a,b", '"1,x', *rows]))
    assert [record.line for record in found if record.fault] == [2]
    assert [record.cells[0] for record in found if record.line > 2] == [row.partition(",")[0] for row in rows]


@pytest.mark.parametrize("lines", [250, RECORD_CHARACTERS // 2 - 10])
def test_a_cell_of_many_lines_is_in_one_record(lines: int) -> None:
    text = "\n".join("x" for _ in range(lines))
    found = read(f'a,b\n1,"{text}"\n2,y\n')
    assert [record.cells for record in found[1:]] == [("1", text), ("2", "y")]
    assert [record.line for record in found] == [1, 2, lines + 2]


def test_a_line_without_end_is_cut_and_named() -> None:
    found = read(f"a,b\n1,{'x' * (3 * RECORD_CHARACTERS)}\n2,y\n")
    assert found[1].fault is not None and found[1].fault.code == "csv.too_long"
    assert len(found[1].text) <= RECORD_CHARACTERS + 2
    assert (found[2].cells, found[2].line) == (("2", "y"), 3)


def test_bytes_of_another_encoding_stay_in_their_row() -> None:
    found = read("a,b\nƏli,1\n".encode() + "Çingiz,2\n".encode("cp1254") + "Şahin,3\n".encode())
    assert [record.cells[0] for record in found] == ["a", "Əli", "\udcc7ingiz", "Şahin"]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_a_file_without_rows_is_refused(content: bytes) -> None:
    with pytest.raises(FileFault):
        read(content)


CELL = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8)


@given(
    st.lists(st.lists(CELL, min_size=2, max_size=4).filter(lambda row: any(map(str.strip, row))), min_size=1)
)
def test_what_a_writer_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([["a", "b"], *rows])
    assert [list(record.cells) for record in read(file.getvalue())[1:]] == rows
