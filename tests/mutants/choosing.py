"""Which tests are asked first whether they notice a mutant, and which then. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from tests.mutants.places import Mutant

FIRST = 60
"""So many tests are tried before the whole layer is."""


@dataclass(frozen=True)
class Covering:
    """What each test of the unit layer runs, and how long it takes (seconds)."""

    tests: Mapping[str, Mapping[str, Any]]

    def seconds(self, test: str) -> float:
        """How long `test` took."""
        return float(self.tests[test]["seconds"])

    def stages(self, mutant: Mutant) -> tuple[list[str], list[str]]:
        """The tests to try first, and all the others of the layer, those that run the module first."""
        runs = {test: set(ran["lines"].get(mutant.path, ())) for test, ran in self.tests.items()}
        lines = range(mutant.line, mutant.last_line + 1)

        def rank(test: str) -> tuple[bool, bool, bool, float]:
            hits = any(line in runs[test] for line in lines)
            return not hits, not mirrors(test, mutant.path), not runs[test], self.seconds(test)

        ordered = sorted(self.tests, key=rank)
        useful = [test for test in ordered if runs[test] or mirrors(test, mutant.path)]
        return useful[:FIRST], [test for test in ordered if test not in set(useful[:FIRST])]


def mirrors(test: str, path: str) -> bool:
    """Whether a test stands in the folder or file that mirrors the module (tests/unit mirrors the rooms)."""
    module = PurePosixPath(path.removeprefix("services/"))
    folder = PurePosixPath("tests/unit") / module.parent
    file = PurePosixPath(test.partition("::")[0])
    return file == folder / f"test_{module.stem}.py" or folder / module.stem in file.parents
