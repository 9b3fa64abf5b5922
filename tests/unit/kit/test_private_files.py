"""Files for their owner: created anew or replaced whole, and never through a link."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.errors import PermanentError
from kit.private_files import append_private, new_file, own_file, write_private


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_new_file_is_for_its_owner(tmp_path: Path) -> None:
    write_private(tmp_path / "a", "one")
    write_private(tmp_path / "b", b"one")
    append_private(tmp_path / "c", "one")
    append_private(tmp_path / "c", "two")
    assert {mode(tmp_path / name) for name in "abc"} == {0o600}
    assert (tmp_path / "c").read_text() == "one\ntwo\n"


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "folder"])
def test_what_is_there_stays(tmp_path: Path, kind: str) -> None:
    path, victim = tmp_path / "a", tmp_path / "victim"
    if kind == "file":
        path.write_text("mine")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(victim)
        if kind == "link":
            victim.write_text("mine")
    with pytest.raises(PermanentError) as refused:
        write_private(path, "other")
    assert refused.value.code == "file.exists" and path.is_symlink() == ("link" in kind)
    assert not victim.exists() or victim.read_text() == "mine"


def test_overwriting_replaces_a_link_and_not_where_it_leads(tmp_path: Path) -> None:
    path, victim = tmp_path / "a", tmp_path / "victim"
    victim.write_text("mine")
    path.symlink_to(victim)
    write_private(path, "new", overwrite=True)
    assert (path.read_text(), victim.read_text(), mode(path)) == ("new", "mine", 0o600)
    assert {file.name for file in tmp_path.iterdir()} == {"a", "victim"}


@pytest.mark.parametrize("overwrite", [False, True])
def test_nothing_of_a_file_stays_that_was_not_written_whole(tmp_path: Path, overwrite: bool) -> None:
    path = tmp_path / "a"
    if overwrite:
        path.write_text("before")

    def half() -> None:
        with new_file(path, overwrite=overwrite) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert [file.read_text() for file in tmp_path.iterdir()] == (["before"] if overwrite else [])


def test_a_file_of_ours_is_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("open")
    path.chmod(0o666)
    os.close(own_file(path))
    assert mode(path) == 0o600


def test_nothing_is_added_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    with pytest.raises(PermanentError) as refused:
        append_private(tmp_path / "a", "one")
    assert refused.value.code == "file.not_own" and not (tmp_path / "b").exists()
