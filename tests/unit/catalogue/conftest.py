import shutil
from pathlib import Path

import pytest

from catalogue.loader import PACKAGED, load
from catalogue.model import Catalogue


class Folder:
    """A copy of the packaged catalogue that a test may spoil."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the first `old`, which must be there."""
        text = (self.path / file).read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        (self.path / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    def load(self) -> Catalogue:
        """The catalogue as it is there now."""
        return load(self.path)

    def line(self, file: str, marker: str) -> int:
        """The line (from 1) that `marker` is in."""
        lines = (self.path / file).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if marker in line)


OTHER_DISTRICTS = shutil.ignore_patterns(
    *(f"{names}-executive.yaml" for names in ("b*", "g*", "khaz*", "nar*", "niz*", "p*", "s*", "y*"))
)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The packaged catalogue with the agencies of two districts, so that it loads fast."""
    shutil.copytree(PACKAGED, tmp_path / "catalogue", ignore=OTHER_DISTRICTS, copy_function=shutil.copyfile)
    return Folder(tmp_path / "catalogue")


@pytest.fixture
def whole_folder(tmp_path: Path) -> Folder:
    """All of the packaged catalogue."""
    shutil.copytree(PACKAGED, tmp_path / "catalogue", copy_function=shutil.copyfile)
    return Folder(tmp_path / "catalogue")
