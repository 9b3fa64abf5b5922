"""What was accepted, written out: closed unless somebody may open it and says why; no cell is a formula."""

import asyncio
import csv
import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert

from bulk.importing.columns import columns
from bulk.importing.records import opened, records
from bulk.importing.rows import appeal_of
from kit.api_keys import issue
from kit.database import Database
from kit.vault import Vault
from schemas.actors import Actor
from services.intake.appeals.acceptance import case_id_of
from services.router.tables import routing_decisions
from tests.builders import MONDAY
from tests.integration.intake.process import Channel
from tests.integration.router.conftest import Cases, brought
from tests.unit.intake.submissions import applicant

FORMULA = "=HYPERLINK(1)&cmd|' /C calc'!A0"


async def export(settings: Mapping[str, str], home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vahid.main", "export", "appeals", "--home", str(home), *options]
    environment = {**os.environ, **settings}
    return await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
async def staff(database: Database, settings: dict[str, str]) -> dict[str, str]:
    async with database.transaction() as connection:
        key = await issue(connection, Actor(kind="staff", id="staff-1"), ["staff"])
    return {**settings, "VAHID_API_KEY": key}


async def test_without_opening_it_has_ids_and_times_alone(
    online: Channel, settings: dict[str, str], key: str, tmp_path: Path
) -> None:
    answer = (await online.post(applicant(surname=FORMULA), key)).json()
    written = await export(settings, tmp_path)
    assert written.returncode == 0, written.stderr
    rows = list(csv.DictReader(written.stdout.removeprefix("\ufeff").splitlines()))
    (row,) = [row for row in rows if row["appeal_id"] == answer["appeal_id"]]
    assert (row["tracking_number"], row["channel"], row["services"], row["status"]) == (
        answer["tracking_number"], "online", "employment", "accepted"
    )  # fmt: skip
    for personal in (FORMULA, "994501234567", "5ABC1D2", "numune@"):
        assert personal not in written.stdout
    assert [row["received_at"] for row in rows] == sorted(row["received_at"] for row in rows)
    later = await export(settings, tmp_path, "--since", "2099-01-01", "--format", "jsonl")
    assert (later.returncode, later.stdout) == (0, "")


async def test_opened_it_is_noted_and_no_formula_and_comes_back_as_it_was(
    online: Channel, staff: dict[str, str], key: str, tmp_path: Path
) -> None:
    answer = (await online.post(applicant(surname=FORMULA), key)).json()
    file = tmp_path / "out.csv"
    written = await export(staff, tmp_path, "--open", "all", "--reason", "call back", "--output", str(file))
    assert written.returncode == 0, written.stderr
    content = await asyncio.to_thread(file.read_bytes)
    found = records(await asyncio.to_thread(opened, file))
    header = next(found).cells
    (record,) = [record for record in found if record.cells[0] == answer["appeal_id"]]
    assert f"'{FORMULA}" in record.cells and "'+994501234567" in record.cells
    _, appeal = appeal_of(columns(header, {}), record.cells)
    assert appeal["applicant"] | {"surname": FORMULA, "phone": "+994501234567"} == appeal["applicant"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE((await asyncio.to_thread(file.stat)).st_mode) == 0o600
    (noted,) = map(json.loads, (tmp_path / "logs" / "opened.log").read_text().splitlines())
    assert (noted["actor"], noted["reason"]) == ("staff-1", "call back") and "applicant.phone" in noted[
        "fields"
    ]


async def test_a_file_that_is_there_stays_and_no_link_is_followed(
    settings: dict[str, str], tmp_path: Path
) -> None:
    victim, link = tmp_path / "victim", tmp_path / "link.csv"
    victim.write_text("mine")
    link.symlink_to(victim)
    dangling = tmp_path / "dangling.csv"
    dangling.symlink_to(tmp_path / "elsewhere")
    for there in (victim, link, dangling):
        refused = await export(settings, tmp_path, "--output", str(there))
        assert refused.returncode == 1 and refused.stderr.startswith("file.exists: ")
    replaced = await export(settings, tmp_path, "--output", str(link), "--overwrite")
    assert replaced.returncode == 0, replaced.stderr
    assert not link.is_symlink() and link.read_bytes().startswith(b"\xef\xbb\xbf")
    assert victim.read_text() == "mine" and not (tmp_path / "elsewhere").exists()


async def test_only_who_may_opens_and_a_forgotten_person_stays_closed(
    online: Channel,
    staff: dict[str, str],
    settings: dict[str, str],
    database: Database,
    key: str,
    tmp_path: Path,
) -> None:
    answer = (await online.post(applicant(), key)).json()
    for allowed in (
        await export(settings, tmp_path, "--open", "applicant.phone", "--reason", "call back"),
        await export({**staff, "VAHID_API_KEY": online.headers["Authorization"].split()[1]}, tmp_path,
                     "--open", "applicant.phone", "--reason", "call back"),
        await export(staff, tmp_path, "--open", "applicant.shoe", "--reason", "call back"),
    ):  # fmt: skip
        assert allowed.returncode == 1 and "994501234567" not in allowed.stdout
    assert (await export(staff, tmp_path, "--open", "applicant.phone")).returncode == 2
    async with database.transaction() as connection:
        vault = Vault(Path(settings["VAHID_KEYS"]))
        await vault.destroy_data_key(connection, case_id_of(answer["appeal_id"]))
    options = ("--open", "applicant.phone", "--reason", "call back", "--format", "jsonl")
    lines = map(json.loads, (await export(staff, tmp_path, *options)).stdout.splitlines())
    (forgotten,) = [line for line in lines if line["appeal_id"] == answer["appeal_id"]]
    assert forgotten["applicant.phone"] is None and forgotten["case_id"] is None


async def test_the_search_ends_where_two_cases_hand_an_appeal_to_each_other(
    online: Channel, settings: dict[str, str], database: Database, key: str, tmp_path: Path
) -> None:
    answer = (await online.post(applicant(), key)).json()
    first, second = case_id_of(answer["appeal_id"]), str(uuid4())
    noted = {"services": ["employment"], "decided_at": MONDAY, "catalogue_version": "1"}
    async with database.transaction() as connection:
        await connection.execute(
            insert(routing_decisions).values(appeal_id=answer["appeal_id"], case_id=first, **noted)
        )
    cases = Cases(database)
    for case_id, taker in ((first, second), (second, first)):
        await cases.opens(case_id, status="handed_over")
        await cases.hands_over(case_id, taker, brought(person=None), "employment")
    written = await export(settings, tmp_path, "--format", "jsonl")
    lines = map(json.loads, written.stdout.splitlines())
    (line,) = [line for line in lines if line["appeal_id"] == answer["appeal_id"]]
    assert line["case_id"] in (first, second) and line["status"] == "handed_over"
