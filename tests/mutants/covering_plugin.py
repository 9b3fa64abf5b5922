"""For pytest, in the copy of the tree: which test runs which lines, and a run of chosen tests in order.

`MUTANTS_COVERING` names the file to write what ran; `MUTANTS_CHOSEN` the file with the tests to run.
"""

import json
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

Line = tuple[str, int]


class Recorder:
    """The lines of the areas that each test ran, and how long it took, in seconds."""

    def __init__(self, root: Path, areas: tuple[str, ...]) -> None:
        self._folders = tuple(f"{root / area}{os.sep}" for area in areas)
        self._root = root
        self._lines: set[Line] = set()
        self.tests: dict[str, dict[str, Any]] = {}

    def trace(self, frame: FrameType, event: str, argument: object) -> Any:
        """A trace function: only functions of the areas are traced line by line."""
        return self._line if frame.f_code.co_filename.startswith(self._folders) else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            self._lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Trace one test with its fixtures."""
        self._lines, began = set(), time.monotonic()
        threading.settrace(self.trace)
        sys.settrace(self.trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]
            self.tests[item.nodeid] = {"seconds": time.monotonic() - began, "lines": self._by_file()}

    def _by_file(self) -> dict[str, list[int]]:
        lines: dict[str, list[int]] = defaultdict(list)
        for file, line in self._lines:
            lines[Path(file).relative_to(self._root).as_posix()].append(line)
        return lines

    def pytest_sessionfinish(self) -> None:
        """Write what ran."""
        Path(os.environ["MUTANTS_COVERING"]).write_text(json.dumps(self.tests))


def pytest_configure(config: pytest.Config) -> None:
    """Record, when asked to."""
    if "MUTANTS_COVERING" in os.environ:
        areas = tuple(os.environ["MUTANTS_AREAS"].split(os.pathsep))
        config.pluginmanager.register(Recorder(Path.cwd(), areas))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the chosen tests, in the order they were chosen in.

    After those of another run, what nobody knew comes last: a change can give a test other parameters.
    """
    if "MUTANTS_CHOSEN" in os.environ:
        chosen = json.loads(Path(os.environ["MUTANTS_CHOSEN"]).read_text())
        place = {name: number for number, name in enumerate(chosen["run"])}
        before = chosen["before"]

        def wanted(name: str) -> bool:
            return name in place or (before is not None and name not in before)

        kept = [item for item in items if wanted(item.nodeid)]
        items[:] = sorted(kept, key=lambda item: place.get(item.nodeid, len(place)))
