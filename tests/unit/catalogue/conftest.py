import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from catalogue import sources
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


@pytest.fixture(autouse=True, scope="package")
def _parse_the_same_text_once() -> Iterator[None]:
    """Most of a spoilt copy is as it was; parsing it again and again would take most of the tests' time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "_parse", lru_cache(sources._parse))
        yield


OTHER_DISTRICTS = shutil.ignore_patterns(
    *(f"{one}-executive.yaml" for one in ("b*", "g*", "khaz*", "nar*", "niz*", "p*", "s*", "y*"))
)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The packaged catalogue with the agencies of two districts, so that it loads fast."""
    shutil.copytree(PACKAGED, tmp_path / "catalogue", ignore=OTHER_DISTRICTS)
    return Folder(tmp_path / "catalogue")


@pytest.fixture
def whole_folder(tmp_path: Path) -> Folder:
    """All of the packaged catalogue."""
    shutil.copytree(PACKAGED, tmp_path / "catalogue")
    return Folder(tmp_path / "catalogue")
