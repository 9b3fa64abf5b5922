"""A file is brought in, the import and intake killed: each bad row named, each good row accepted once."""

import asyncio
import csv
import json
import signal
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from benchmarks.spreadsheet import Expected, write
from bulk.importing.progress import read_checkpoint
from kit.api_keys import issue
from kit.database import Database
from schemas.actors import Actor
from services.intake.claims import purge
from tests.integration.intake.process import IntakeProcess, until
from tests.integration.intake.published import count
from tests.waiting import LIMIT

ROWS = 3000


@dataclass
class Importing:
    """A file, what it must come to, and the command over it."""

    file: Path
    expected: Expected
    url: str
    api_key: str
    actor: str

    @property
    def rejects(self) -> Path:
        return self.file.with_name("rejects.csv")

    @property
    def accepted(self) -> Path:
        return self.file.with_name("accepted.csv")

    def beside(self) -> set[str]:
        """The files of rejects, and of how far it has come."""
        return {path.name for path in self.file.parent.glob("rejects*")}

    def start(self, *more: str) -> subprocess.Popen[str]:
        """The command, running."""
        options = ["--url", self.url, "--api-key", self.api_key, "--rejects", str(self.rejects)]
        options += ["--accepted", str(self.accepted), "--json", *more]
        command = [sys.executable, "-m", "vahid.main", "import", str(self.file), *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, **pipes, text=True, preexec_fn=_hear_ctrl_c)

    def run(self, *more: str) -> tuple[int, dict[str, Any]]:
        """Exit status and what it printed."""
        done = self.start(*more)
        printed, errors = done.communicate(timeout=120)
        assert printed, errors
        return done.returncode, json.loads(printed)


@pytest.fixture(scope="module")
def settings(settings: dict[str, str]) -> dict[str, str]:
    """Kafka is away from this intake, which accepts all the same: nobody else has to read these thousands."""
    return {**settings, "VAHID_KAFKA_BOOTSTRAP": "127.0.0.1:1"}


@pytest.fixture
async def importing(mortal: IntakeProcess, database: Database, tmp_path: Path, key: str) -> Importing:
    file = tmp_path / "backlog.csv"
    expected = write(file, ROWS, seed=1, share=0.05)
    actor = Actor(kind="channel", id=f"import-{key[:8]}")
    async with database.transaction() as connection:
        api_key = await issue(connection, actor, ["intake:import"])
    return Importing(file, expected, mortal.url, api_key, actor.id)


def _hear_ctrl_c() -> None:
    """Tests that run in the background of a shell are deaf to it, and so would be what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def rows(file: Path) -> list[Mapping[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


async def classify(importing: Importing, database: Database) -> None:
    """Each bad row named once with its line and code, each good row accepted once, nothing else stored."""
    expected = importing.expected
    assert {int(row["line"]): row["code"] for row in rows(importing.rejects)} == expected.broken
    assert len(rows(importing.rejects)) == len(expected.broken)
    lines = Counter(int(row["line"]) for row in rows(importing.accepted))
    assert lines == Counter(expected.good | expected.repeated)
    stored = await count(database, "intake.appeals WHERE actor_id = :actor", actor=importing.actor)
    assert stored == len(expected.good) == len({row["appeal_id"] for row in rows(importing.accepted)})


async def interrupted(importing: Importing) -> str:
    """A run over a longer file that is ended by Ctrl-C in the middle; what it says."""
    importing.expected = await asyncio.to_thread(write, importing.file, 4 * ROWS, 1, 0.05)
    first = await asyncio.to_thread(importing.start)
    await until(_settled_some(importing))
    first.send_signal(signal.SIGINT)
    printed, errors = await asyncio.to_thread(first.communicate)
    assert first.returncode == 130, f"{printed} {errors}"
    return errors


async def test_every_way_of_breaking_is_named_and_the_rest_accepted(
    importing: Importing, database: Database
) -> None:
    status, summary = await asyncio.to_thread(importing.run)
    expected = importing.expected
    assert status == 1 and summary["rejected"] == len(expected.broken) > 100
    assert (summary["accepted"], summary["before"]) == (len(expected.good), len(expected.repeated))
    await classify(importing, database)
    assert stat.S_IMODE(importing.rejects.stat().st_mode) == 0o600
    assert importing.beside() == {"rejects.csv"}
    assert importing.api_key not in importing.rejects.read_text()
    assert all(row["what_to_do"] for row in rows(importing.rejects))
    status, again = await asyncio.to_thread(importing.run)
    assert (again["accepted"], again["before"]) == (0, len(expected.good) + len(expected.repeated))
    await classify(importing, database)


async def test_killed_import_and_killed_intake_make_no_doubles(
    importing: Importing, mortal: IntakeProcess, database: Database
) -> None:
    mortal.arm("intake.after_commit", "kill 1")
    first = await asyncio.to_thread(importing.start)
    await mortal.wait_until_killed()
    await mortal.start()
    await until(_stored_more_than(importing, database, 1000))
    first.send_signal(signal.SIGKILL)
    assert await asyncio.to_thread(first.wait, LIMIT) == -signal.SIGKILL
    assert await count(database, "intake.appeals WHERE actor_id = :actor", actor=importing.actor) < ROWS
    _, summary = await asyncio.to_thread(importing.run)
    assert summary["rows"] == len(importing.expected.good | importing.expected.repeated) + summary["rejected"]
    await classify(importing, database)


async def test_interrupted_it_says_how_to_go_on_and_goes_on_where_it_stopped(
    importing: Importing, database: Database
) -> None:
    errors = await interrupted(importing)
    assert "Repeat the command" in errors
    _, summary = await asyncio.to_thread(importing.run)
    assert summary["resumed_after_line"] > 0
    await classify(importing, database)


async def test_a_file_edited_in_between_is_sent_again_and_known_again(
    importing: Importing, database: Database
) -> None:
    await interrupted(importing)
    content = importing.file.read_bytes()
    header, _, rest = content.partition(b"\r\n")
    importing.file.write_bytes(header + b"\r\n\r\n\r\n" + rest)  # every row stands two lines lower now
    expected = importing.expected
    expected.broken = {line + 2: code for line, code in expected.broken.items()}
    expected.good = {line + 2 for line in expected.good}
    expected.repeated = {line + 2 for line in expected.repeated}
    await asyncio.to_thread(importing.run)
    await classify(importing, database)


async def test_without_intake_it_waits_then_says_that_nothing_was_taken(
    importing: Importing, mortal: IntakeProcess, database: Database
) -> None:
    assert await mortal.stop() == 0
    stopped = await asyncio.to_thread(importing.start, "--patience", "1")
    _, errors = await asyncio.to_thread(stopped.communicate)
    assert stopped.returncode == 2 and "took nothing for 1 s" in errors and "Repeat the command" in errors
    await mortal.start()
    await asyncio.to_thread(importing.run)
    await classify(importing, database)


async def test_a_corrected_rejects_file_is_imported_as_it_is(
    importing: Importing, database: Database, tmp_path: Path
) -> None:
    importing.file.write_text(
        "surname,name,phone,category,services,reference\n"
        "Əliyev,Elşən,+994502000001,wounded,psychological-support,=1\n"
        "Həsənova,,+994502000002,wounded,psychological-support,2\n",
        encoding="utf-8",
    )
    _, summary = await asyncio.to_thread(importing.run)
    assert (summary["accepted"], summary["rejected"]) == (1, 1)
    (rejected,) = rows(importing.rejects)
    assert (rejected["line"], rejected["code"], rejected["phone"]) == (
        "3",
        "appeal.anonymous",
        "'+994502000002",
    )
    corrected = importing.rejects.read_text(encoding="utf-8").replace("Həsənova,,", "Həsənova,Nigar,")
    importing.file.write_text(corrected, encoding="utf-8")
    status, summary = await asyncio.to_thread(importing.run)
    assert status == 0 and (summary["accepted"], summary["rejected"]) == (1, 0)
    assert importing.beside() == {"rejects.csv.before"}
    changed = corrected.replace("Nigar", "Leyla")
    importing.file.write_text(changed, encoding="utf-8")
    _, summary = await asyncio.to_thread(importing.run)
    assert [row["code"] for row in rows(importing.rejects)] == ["idempotency_key.other_body"]


async def test_a_reference_that_is_remembered_no_more_names_its_row_and_drops_nobody(
    importing: Importing, database: Database
) -> None:
    titles = "surname,name,phone,category,services,reference\n"
    row = "{},Elşən,+994502000001,wounded,psychological-support,{}\n"
    importing.file.write_text(titles + row.format("Əliyev", "1") + row.format("Əliyev", ""), encoding="utf-8")
    _, summary = await asyncio.to_thread(importing.run)
    assert (summary["accepted"], summary["rejected"]) == (2, 0)
    await _forget(importing, database)
    other = titles + row.format("Həsənov", "1") + row.format("Əliyev", "")
    importing.file.write_text(other, encoding="utf-8")
    status, summary = await asyncio.to_thread(importing.run)
    assert (status, summary["accepted"], summary["before"], summary["rejected"]) == (1, 0, 1, 1)
    (rejected,) = rows(importing.rejects)
    assert (rejected["line"], rejected["code"], rejected["surname"]) == ("2", "reference.spent", "Həsənov")


async def _forget(importing: Importing, database: Database) -> None:
    """The time to repeat a request is over, and intake's answers are purged."""
    async with database.transaction() as connection:
        expire = text(
            "UPDATE intake.idempotency SET expires_at = now() - interval '1 s' WHERE actor_id = :actor"
        )
        await connection.execute(expire, {"actor": importing.actor})
    await purge(database)


def _settled_some(importing: Importing) -> Callable[[], Any]:
    async def some() -> bool:
        checkpoint = read_checkpoint(importing.rejects.with_name("rejects.csv.progress"))
        return checkpoint is not None and checkpoint.line > 0

    return some


def _stored_more_than(importing: Importing, database: Database, number: int) -> Callable[[], Any]:
    async def enough() -> bool:
        stored = await count(database, "intake.appeals WHERE actor_id = :actor", actor=importing.actor)
        return stored > number

    return enough
