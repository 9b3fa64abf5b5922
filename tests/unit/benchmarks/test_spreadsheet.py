"""The generated file against the reader and the rules: each broken row leads to its code."""

from pathlib import Path

from benchmarks.spreadsheet import WAYS, write
from bulk.importing.columns import columns
from bulk.importing.faults import RowFault
from bulk.importing.records import Record, opened, records
from bulk.importing.rows import CODES_OF_FILES, appeal_of, is_blank
from services.intake.appeals.domain import AppealRefused, KnownCodes, accept
from services.intake.main import known_codes
from tests.packaged import packaged


def code_of(record: Record, header: tuple[str, ...], known: KnownCodes) -> str | None:
    """The code that the row is rejected with; None for a good row."""
    if record.fault:
        return record.fault.code
    try:
        accept(appeal_of(columns(header, {}), record.cells)[1], known)
    except RowFault as fault:
        return fault.code
    except AppealRefused as refused:
        return CODES_OF_FILES.get(refused.code, refused.code)
    return None


def test_every_broken_row_is_named_and_every_other_is_good(tmp_path: Path) -> None:
    expected = write(tmp_path / "rows.csv", 1200, seed=3, share=0.1)
    known = known_codes(packaged())
    with opened(tmp_path / "rows.csv") as file:
        found = records(file)
        header = next(found).cells
        codes = {
            record.line: code_of(record, header, known)
            for record in found
            if record.fault or not is_blank(record.cells)
        }
    assert {line: code for line, code in codes.items() if code} == expected.broken
    assert {line for line, code in codes.items() if code is None} == expected.good | expected.repeated
    assert set(expected.broken.values()) == WAYS.keys()


def test_the_same_seed_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, 300, seed=4)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
