"""Runs over a file, intake standing beside: what is rejected, and that rejects are read as the rows were."""

import asyncio
import csv
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from bulk.importing.batch_submitter import BatchSubmitter, KeyedAppeal
from bulk.importing.columns import columns
from bulk.importing.progress import Counts
from bulk.importing.records import opened, records
from bulk.importing.rows import appeal_of
from bulk.importing.run import Import, Paths
from bulk.intake_client import SubmissionResult
from bulk.spreadsheet import plain
from kit.printable import printable

SPENT = {"type": "urn:vahid:problem:idempotency_key.spent", "detail": "The time to repeat is over."}


class PurgedIntake(BatchSubmitter):
    """An intake that has accepted everything once and keeps no answer to it any more."""

    def __init__(self) -> None:
        """It needs no session."""

    async def submit(self, appeals: Sequence[KeyedAppeal]) -> list[SubmissionResult]:
        """The same of each."""
        return [SubmissionResult(appeal.key, 409, problem=SPENT) for appeal in appeals]


PURGED = PurgedIntake()


def imported(source: Path, rejects: Path) -> Counts:
    run = Import(Paths(source, rejects, None), {}, "key")
    return asyncio.run(run.run(PURGED, lambda counts, size: None))


def written(path: Path, *rows: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def rejected(path: Path) -> list[Mapping[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def values(path: Path) -> list[tuple[str, ...]]:
    """The text of the rows' own cells."""
    with opened(path) as file:
        header, *rows = records(file)
        before = columns(header.cells, {}).reject_columns
        return [tuple(plain(cell).strip() for cell in row.cells[before:]) for row in rows]


CELL = st.text(st.characters(codec="utf-8"), max_size=6).map(printable)
MARKED = st.sampled_from(("-5 faiz", "=1+1", "'0123456", "''=1", " '-2", "+994501234567"))


@given(st.lists(st.tuples(CELL | MARKED, CELL | MARKED), min_size=1, max_size=4), st.integers(1, 4))
@example([("'+994501234567", "'-5 faiz")], 3)
def test_any_number_of_rounds_through_the_rejects_reads_the_same(
    cells: list[tuple[str, str]], rounds: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = [(phone, "maybe", text) for phone, text in cells]
        source = written(Path(folder, "0.csv"), ("phone", "notice.sms", "text"), *rows)
        before = values(source)
        for number in range(1, rounds + 1):
            rejects = Path(folder, f"{number}.csv")
            assert imported(source, rejects).rejected == len(rows)
            source = rejects
        assert values(source) == before


def test_what_was_exported_and_rejected_is_imported_once_it_is_corrected(tmp_path: Path) -> None:
    cells = ("'+994501234567", "maybe", "'-5 faiz", "'0123456")
    source = written(tmp_path / "0.csv", ("phone", "notice.sms", "text", "fin"), cells)
    for number in (1, 2, 3):
        source, before = tmp_path / f"{number}.csv", source
        imported(before, source)
    corrected = source.read_text(encoding="utf-8").replace("maybe", "yes")
    source.write_text(corrected, encoding="utf-8")
    with opened(source) as file:
        header, row = records(file)
        _, appeal = appeal_of(columns(header.cells, {}), row.cells)
    assert appeal["text"] == "-5 faiz"
    assert appeal["applicant"]["phone"] == "+994501234567"
    assert appeal["applicant"]["fin"] == "0123456"


def test_a_record_that_cannot_be_read_stays_as_it_stands(tmp_path: Path) -> None:
    source = tmp_path / "0.csv"
    source.write_text("surname,text\r\n'Numune,\"open\r\n", encoding="utf-8")
    for number in (1, 2, 3):
        rejects = tmp_path / f"{number}.csv"
        imported(source, rejects)
        (row,) = rejected(rejects)
        assert plain(row["surname"]) == "'Numune,\"open"
        source = rejects


def test_a_spent_key_is_a_row_of_before_only_where_it_is_the_content(tmp_path: Path) -> None:
    rows = [("Numune", ""), ("Misal", "A-1")]
    source = written(tmp_path / "rows.csv", ("surname", "Reference"), *rows)
    counts = imported(source, tmp_path / "rejects.csv")
    assert (counts.before, counts.accepted, counts.rejected) == (1, 0, 1)
    (row,) = rejected(tmp_path / "rejects.csv")
    assert (row["line"], row["code"], row["surname"]) == ("3", "reference.spent", "Misal")
    assert row["what_to_do"].startswith("Reference: ") and "A-1" not in row["what_to_do"]
