"""An import of many rows, during which the import and intake are killed once each."""

import asyncio
import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import func, select

from benchmarks.spreadsheet import Expected, write
from kit.database import Database
from services.intake.tables import appeals
from vahid.stack import Stack

SEED = 1
KILL_IMPORT_AT, KILL_INTAKE_AT = 0.35, 0.7
MEMORY_AT = (0.1, 0.5)
_POLL_SECONDS = 0.1


@dataclass
class _Watch:
    """The progress of the import, and its resident memory by share of the rows."""

    folder: Path
    rows: int
    resident: dict[float, float] = field(default_factory=dict)

    @property
    def rejects(self) -> Path:
        return self.folder / "rejects.csv"

    @property
    def accepted(self) -> Path:
        return self.folder / "accepted.csv"

    def share(self) -> float:
        """The share of the rows that is settled, according to the checkpoint."""
        try:
            stored = json.loads((self.folder / "rejects.csv.progress").read_text())
        except (OSError, ValueError):
            return 0.0
        return float(stored["counts"]["rows"]) / self.rows

    def sample(self, process: psutil.Process) -> None:
        """Keep the resident memory (MiB) at the shares `MEMORY_AT`, and always the last as that of 1.0."""
        share = self.share()
        self.resident[1.0] = round(process.memory_info().rss / 2**20, 1) or self.resident.get(1.0, 0.0)
        for wanted in MEMORY_AT:
            if share >= wanted and wanted not in self.resident:
                self.resident[wanted] = round(process.memory_info().rss / 2**20, 1)


def import_with_kills(stack: Stack, folder: Path, rows: int) -> dict[str, Any]:
    """Import a file of `rows` rows, 2 % of them broken; kill the import once, and intake once.

    Raises:
        RuntimeError: the import did not finish.
    """
    source = folder / "rows.csv"
    expected = write(source, rows, SEED)
    watch = _Watch(folder, rows)
    began = time.monotonic()
    _until_killed(_start(stack, source, watch), watch)
    last = _start(stack, source, watch)
    printed = _until_ended(stack, last, watch)
    seconds = time.monotonic() - began
    return {
        "rows": rows,
        "megabytes": round(source.stat().st_size / 1e6, 1),
        "seconds_with_both_kills": round(seconds, 1),
        "rows_per_second": round(rows / seconds, 1),
        "resumed_after_line": printed["resumed_after_line"],
        "importer_resident_mib": {f"{share:.0%}": value for share, value in sorted(watch.resident.items())},
        **_checked(expected, watch),
        "appeals_stored": asyncio.run(_stored(stack.environment()["VAHID_DATABASE_URL"])),
    }


def import_whole(stack: Stack, source: Path, folder: Path) -> None:
    """Import a file without a broken row.

    Raises:
        RuntimeError: a row was rejected.
    """
    process = _start(stack, source, _Watch(folder, 1))
    _, errors = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the import ended with {process.returncode}: {errors}")


async def _stored(database_url: str) -> int:
    """How many appeals of the channel `import` intake has stored."""
    database = Database(database_url, 2, command_seconds=60)
    async with database.transaction() as connection:
        query = select(func.count()).select_from(appeals).where(appeals.c.channel == "import")
        number = await connection.scalar(query) or 0
    await database.close()
    return number


def _start(stack: Stack, source: Path, watch: _Watch) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "vahid.main", "import", str(source), "--json"]
    command += ["--rejects", str(watch.rejects), "--accepted", str(watch.accepted)]
    environment = {
        **os.environ, "VAHID_INTAKE_URL": stack.addresses["intake"], "VAHID_API_KEY": stack.api_keys["import"]
    }  # fmt: skip
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _until_killed(process: subprocess.Popen[str], watch: _Watch) -> None:
    for _ in _while_running(process, watch):
        if watch.share() >= KILL_IMPORT_AT:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return
    raise RuntimeError("the import ended before it could be killed; set --rows higher")


def _until_ended(stack: Stack, process: subprocess.Popen[str], watch: _Watch) -> Mapping[str, Any]:
    killed = False
    for _ in _while_running(process, watch):
        if not killed and watch.share() >= KILL_INTAKE_AT:
            stack.kill("intake")
            killed = True
    printed, errors = process.communicate()
    if not killed or not printed:
        raise RuntimeError(f"the import ended with {process.returncode}: {errors}")
    result: Mapping[str, Any] = json.loads(printed)
    return result


def _while_running(process: subprocess.Popen[str], watch: _Watch) -> Iterator[None]:
    seen = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            watch.sample(seen)
        except psutil.NoSuchProcess:
            return
        yield
        time.sleep(_POLL_SECONDS)


def _checked(expected: Expected, watch: _Watch) -> dict[str, Any]:
    """Compare the import's own files with what the generator wrote."""
    rejected = [(int(row["line"]), row["code"]) for row in _rows(watch.rejects)]
    lines = Counter(int(row["line"]) for row in _rows(watch.accepted))
    numbers = {row["tracking_number"] for row in _rows(watch.accepted)}
    return {
        "broken": len(expected.broken),
        "ways": len(set(expected.broken.values())),
        "broken_named_with_line_and_code": len(set(rejected) & set(expected.broken.items())),
        "wrongly_rejected": len(set(rejected) - set(expected.broken.items())),
        "named_twice": len(rejected) - len(set(rejected)),
        "good": len(expected.good),
        "good_accepted": len(expected.good & lines.keys()),
        "repeats_of_a_row": len(expected.repeated),
        "different_appeals": len(numbers),
        "accepted_twice": sum(lines.values()) - len(lines),
    }


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
