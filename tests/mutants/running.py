"""Runs the unit layer on a copy of the tree, one changed module at a time."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.mutants.areas import AREAS
from tests.mutants.choosing import Covering
from tests.mutants.places import Mutant

Outcome = Literal["noticed", "time limit", "survived"]
LONGEST_TEST_SECONDS = 60
PATIENCE_SECONDS, PATIENCE = 120.0, 6.0
"""A run of tests may take so long, and so many times what it takes without a change."""
_NOTICED = (1, 2, 4)
"""pytest's codes: tests failed; a module did not import; a conftest did not import."""
_NOT_NOTICED = (0, 5)
"""All passed; none of them is there, as the change gave them other parameters."""


class BaselineError(Exception):
    """The tests fail without any change: nothing can be said of mutants."""


@dataclass(frozen=True)
class Result:
    """What the unit layer made of a mutant."""

    mutant: Mutant
    outcome: Outcome


class Tree:
    """A copy of the checkout in a temporary folder, which the tests run in."""

    def __init__(self, checkout: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mutants-")
        self.root = Path(self._folder.name) / "tree"
        self._running: subprocess.Popen[bytes] | None = None
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=checkout, check=True, capture_output=True).stdout.decode()
        for name in filter(None, names.split("\0")):
            if (checkout / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(checkout / name, self.root / name)

    def covering(self) -> Covering:
        """Run the whole layer once, and keep what each test ran.

        Raises:
            BaselineError: a test fails.
        """
        file = self.root.parent / "covering.json"
        areas = os.pathsep.join(AREAS.values())
        code = self._pytest(["tests/unit"], 3600, MUTANTS_COVERING=str(file), MUTANTS_AREAS=areas)
        if code != 0:
            printed = self._printed()
            raise BaselineError(
                f"{printed}\ntests/unit fails without a change (pytest: {code}). Mend it first."
            )
        return Covering(json.loads(file.read_text()))

    def try_out(self, mutant: Mutant, covering: Covering) -> Result:
        """Change the module, ask the tests in two stages, and change it back."""
        file = self.root / mutant.path
        source = file.read_bytes()
        self._write(file, mutant.applied(source))
        try:
            first, others = covering.stages(mutant)
            outcome = self._outcome(first, None, covering)
            if outcome == "survived":
                outcome = self._outcome(others, first, covering)
            return Result(mutant, outcome)
        finally:
            self._write(file, source)

    def close(self) -> None:
        """End the tests that run, and remove the copy."""
        if self._running is not None and self._running.poll() is None:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
        self._folder.cleanup()

    def _outcome(self, tests: Sequence[str], before: Sequence[str] | None, covering: Covering) -> Outcome:
        """Ask `tests`; after those that were asked `before`, also such as only the change has brought."""
        if not tests and before is None:
            return "survived"
        chosen = self.root.parent / "chosen.json"
        chosen.write_text(json.dumps({"run": tests, "before": before}))
        files = sorted({test.partition("::")[0] for test in (*tests, *(before or ()))})
        limit = PATIENCE_SECONDS + PATIENCE * sum(map(covering.seconds, tests))
        code = self._pytest([*files, "-x"], limit, MUTANTS_CHOSEN=str(chosen))
        if code is None:
            return "time limit"
        if code not in (*_NOT_NOTICED, *_NOTICED):
            raise BaselineError(f"{self._printed()}\npytest ended with {code}")
        return "noticed" if code in _NOTICED else "survived"

    def _printed(self) -> str:
        """The end of what pytest printed."""
        return (self.root.parent / "output").read_text(errors="replace")[-2000:]

    def _pytest(self, arguments: Sequence[str], limit: float, **variables: str) -> int | None:
        """The exit code of pytest; None when it took longer than `limit` seconds."""
        # An example that was found for one mutant is not tried on the next.
        shutil.rmtree(self.root / ".hypothesis", ignore_errors=True)
        options = ["-q", "-n0", "-p", "no:cacheprovider", "-p", "tests.mutants.covering_plugin"]
        options += ["--hypothesis-seed=0", f"--timeout={LONGEST_TEST_SECONDS}"]
        command = [sys.executable, "-m", "pytest", *options, *arguments]
        environment = {**os.environ, **variables}
        with (
            (self.root.parent / "output").open("wb") as output,
            subprocess.Popen(
                command, cwd=self.root, env=environment, stdout=output, stderr=output, start_new_session=True
            ) as process,
        ):
            self._running = process
            try:
                return process.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return None

    @staticmethod
    def _write(file: Path, source: bytes) -> None:
        """Write a module, and drop its bytecode: this knows a source by its second and its size only."""
        file.write_bytes(source)
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()
