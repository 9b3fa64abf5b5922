"""The files that an import writes: for their owner, for one import at a time, never lost."""

import os
import stat
from pathlib import Path

import pytest

from bulk.importing.faults import FileFault
from bulk.importing.progress import Checkpoint, Counts, read_checkpoint, write_checkpoint
from bulk.importing.written_file import WrittenFile
from kit.errors import PermanentError


def test_it_goes_on_after_what_is_kept_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    first = WrittenFile(path, ("line", "text"), None)
    first.write(("2", "=1+1"))
    kept = first.size()
    first.write(("3", "lost with the process"))
    first.close()
    second = WrittenFile(path, ("line", "text"), kept)
    second.write(("3", "again"))
    second.close()
    assert path.read_bytes().decode("utf-8-sig") == "line,text\r\n2,'=1+1\r\n3,again\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_link_is_followed_and_nothing_of_another_is_written(tmp_path: Path) -> None:
    victim, link, hard = tmp_path / "victim", tmp_path / "rejects.csv", tmp_path / "hard.csv"
    victim.write_text("mine")
    link.symlink_to(victim)
    hard.hardlink_to(victim)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for path in (link, hard, tmp_path / "folder", tmp_path / "pipe"):
        with pytest.raises(PermanentError) as refused:
            WrittenFile(path, ("line",), None)
        assert refused.value.code == "file.not_own"
    assert victim.read_text() == "mine"


def test_what_stood_there_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("corrected by hand")
    WrittenFile(path, ("line",), None).close()
    assert (tmp_path / "rejects.csv.before").read_text() == "corrected by hand"


def test_two_imports_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    first = WrittenFile(path, ("line",), None)
    first.write(("2",))
    first.size()
    with pytest.raises(FileFault) as fault:
        WrittenFile(path, ("line",), None)
    assert fault.value.code == "import.running"
    first.close()
    assert path.read_bytes().endswith(b"2\r\n")


def test_a_checkpoint_is_read_as_it_was_written_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    checkpoint = Checkpoint(7, "d", Counts().plus(accepted=5).plus(rejected=1), {"rejects.csv": 12})
    write_checkpoint(path, checkpoint)
    assert read_checkpoint(path) == checkpoint and checkpoint.counts.rows == 6
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for damaged in (
        "",
        "{",
        "[]",
        '{"line": 1}',
        '{"line": 1, "digest": "d", "counts": {"rows": 1, "x": 2}}',
    ):
        path.write_text(damaged)
        assert read_checkpoint(path) is None
    assert read_checkpoint(tmp_path / "none") is None
