"""One table of appeals, handed in four ways: alone, in a batch, by an import, by the command line.

Each way gives the same outcome, by the same code, and stores the same values.
"""

import asyncio
import csv
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from bulk.importing.rows import CODES_OF_FILES
from kit.api_keys import issue
from kit.database import Database
from kit.vault import Vault
from schemas.actors import Actor
from services.intake.tables import appeals
from tests.integration.intake.process import Channel, IntakeProcess
from tests.stack import run
from vahid.stack.migrate import KEYS

SCOPES = ("intake:import", "intake:on_site", "intake:online")
RIGHT = {
    "surname": "Nümunəyev", "name": "Nümunə", "patronymic": "", "fin": "", "birth_date": "14.02.1990",
    "phone": "050 123 45 67", "email": "", "address": "", "category": "wounded", "district": "",
    "services": "psychological-support", "text": "", "details.unit": "", "received_at": "",
    "receipt_ground": "",
}  # fmt: skip
TABLE: dict[str, dict[str, str]] = {
    "as it should be": {},
    "blanks and invisible characters": {"name": "\u00a0Nümunə\u2003Ay\u200b", "phone": "\u200b0501234567"},
    "an error value in a name": {"surname": "#N/A"},
    "an error value in a contact": {"phone": "########"},
    "an error value in Russian": {"address": "#ССЫЛКА!"},
    "an error value is the text": {"text": "#N/A"},
    "an error value in the text": {"text": "Cədvəldə #N/A yazılıb"},
    "no value in a name": {"name": "NULL"},
    "none said in a name": {"surname": "yoxdur"},
    "no value where none is needed": {"patronymic": "-", "fin": "NULL", "email": "N/A", "address": "yoxdur"},
    "no contact": {"phone": "NULL"},
    "no value is the text and nothing is asked": {"text": "None", "services": ""},
    "a word of a person is the text": {"text": "yoxdur", "services": ""},
    "a detail without a value": {"details.unit": "NULL"},
    "lost in a name": {"surname": "?liyev"},
    "lost in an address": {"address": "Bak?, N?simi"},
    "lost in the text": {"text": "M?n? m?nzil verilm?sini xahi? edir?m", "services": ""},
    "a question in the text": {"text": "Ne vaxt?Harada?"},
    "replaced in the text": {"text": "M\ufffdnzil"},
    "UTF-8 read as cp1251": {"name": "GГјlnarЙ™"},
    "cp1254 read as cp1252": {"address": "Aðdam"},
    "Cyrillic in UTF-8 read as cp1251": {"text": "РџСЂРёРІРµС‚"},
    "a Latin name with Cyrillic in it": {"surname": "Сəfаrоv"},
    "a Cyrillic name": {"surname": "Рустамов", "name": "Эмин"},
    "a name of two alphabets": {"name": "Gьlnar"},
    "a district by its title": {"district": "Nəsimi rayonu"},
    "a district in English": {"district": "Nasimi"},
    "a district in plain letters": {"district": "nesimi"},
    "a district that is none": {"district": "Gəncə"},
    "a rounded number": {"phone": "9.94501E+11"},
    "a number without its plus": {"phone": "994501234567"},
    "a number of another country": {"phone": "+4915112345678"},
    "a FIN in lower case": {"fin": "5abc1d2"},
    "a FIN with an O": {"fin": "5ABC1DO"},
    "born in the future": {"birth_date": "14.02.2945"},
    "born on no day": {"birth_date": "30.02.1990"},
    "born on a day that is unclear": {"birth_date": "03/02/1990"},
    "born on a serial number": {"birth_date": "32918"},
    "an address with quotes": {"email": '"a b"@example.az'},
    "no such service": {"services": "flying"},
    "no such category": {"category": "flying"},
    "a control character": {"name": "Nü\x07munə"},
    "received on paper": {"received_at": "16.08.2021", "receipt_ground": "paper_register"},
    "received on paper at an instant": {"received_at": "2021-08-16T10:30:00+04:00", "receipt_ground": "post"},
    "received without a ground": {"received_at": "2021-08-16"},
    "received in the future": {"received_at": "2999-01-01", "receipt_ground": "post"},
    "received long ago": {"received_at": "2019-08-16", "receipt_ground": "post"},
    "received on no day": {"received_at": "16.13.2021", "receipt_ground": "post"},
}
STARTED = datetime(2021, 8, 23, 5, tzinfo=UTC)
"""Business time when the process started, at the earliest."""
PERSON = ("surname", "name", "patronymic", "fin", "birth_date", "phone", "email", "address")


class Ways(NamedTuple):
    """Where the appeals go, and under which key."""

    url: str
    api_key: str
    folder: Path


def body_of(changes: Mapping[str, str]) -> dict[str, Any]:
    values = {name: value for name, value in {**RIGHT, **changes}.items() if value}
    body: dict[str, Any] = {"channel": "import", "applicant": {}, "services": []}
    for name, value in values.items():
        if name in PERSON:
            body["applicant"][name] = value
        elif name == "services":
            body["services"] = [value]
        elif name.startswith("details."):
            body["details"] = {"unit": value}
        else:
            body[name] = value
    return body


@pytest.fixture(scope="module")
def settings(settings: dict[str, str]) -> dict[str, str]:
    """Business time begins with the tests, so that a day in the table is as far away in every year."""
    clock = {"epoch": STARTED.isoformat(), "started_at": datetime.now(UTC).isoformat()}
    return {**settings, "VAHID_CLOCK": json.dumps(clock)}


@pytest.fixture(scope="module")
def any_channel(database_url: str) -> str:
    """A key of several channels, so that each way has the same rights."""

    async def made() -> str:
        database = Database(database_url)
        async with database.transaction() as connection:
            key = await issue(connection, Actor(kind="channel", id="every-way"), SCOPES)
        await database.close()
        return key

    return run(made)


async def alone(channel: Channel, key: str) -> list[Any]:
    found = []
    for number, changes in enumerate(TABLE.values()):
        response = await channel.post(body_of(changes), f"{key}-alone-{number}")
        found.append(_outcome(response.status_code, response.json()))
    return found


def _outcome(status: int, document: Mapping[str, Any]) -> Any:
    assert status < 500
    return str(document["appeal_id"]) if status == 201 else code_of(document)


class Refused(str):
    """The code of a refusal."""

    __slots__ = ()


def code_of(problem: Mapping[str, Any]) -> Refused:
    code = str(problem["type"]).rpartition(":")[2]
    return Refused(CODES_OF_FILES.get(code, code))


async def in_a_batch(channel: Channel, key: str) -> list[Any]:
    lines = [
        json.dumps({"idempotency_key": f"{key}-batch-{number}", "appeal": body_of(changes)})
        for number, changes in enumerate(TABLE.values())
    ]
    response = await channel.post_batch("\n".join(lines).encode())
    results = [json.loads(line) for line in response.text.splitlines()]
    return [_outcome(each["status"], each.get("response") or each["problem"]) for each in results]


def by_import(ways: Ways, key: str) -> list[Any]:
    source = ways.folder / "table.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*RIGHT, "reference"))
        for number, changes in enumerate(TABLE.values()):
            writer.writerow((*{**RIGHT, **changes}.values(), f"{key}-{number}"))
    accepted, rejects = ways.folder / "accepted.csv", ways.folder / "rejects.csv"
    vahid(ways, "import", str(source), "--accepted", str(accepted), "--rejects", str(rejects))
    by_line: dict[int, Any] = {int(row["line"]): row["appeal_id"] for row in rows(accepted)}
    by_line |= {int(row["line"]): Refused(row["code"]) for row in rows(rejects)}
    return [by_line[line] for line in sorted(by_line)]


def by_submit(ways: Ways, key: str) -> list[Any]:
    source = ways.folder / "table.jsonl"
    source.write_text("".join(json.dumps(body_of(changes)) + "\n" for changes in TABLE.values()))
    printed = json.loads(vahid(ways, "submit", str(source), "--key", f"{key}-submit"))
    return [_outcome(each["status"], each.get("response") or each["problem"]) for each in printed["appeals"]]


def vahid(ways: Ways, *arguments: str) -> str:
    options = ["--url", ways.url, "--api-key", ways.api_key, "--home", str(ways.folder), "--json"]
    command = [sys.executable, "-m", "vahid.main", *arguments, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 1 and done.stdout, done.stderr
    return done.stdout


def rows(file: Path) -> list[Mapping[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


async def stored(database: Database, vault: Vault, outcomes: Sequence[Any]) -> list[Any]:
    """The stored values of what was accepted, in place of the id; the codes of the rest."""
    found: list[Any] = []
    async with database.transaction() as connection:
        for each in outcomes:
            if isinstance(each, Refused):
                found.append(str(each))
                continue
            query = select(appeals).where(appeals.c.appeal_id == each)
            row = (await connection.execute(query)).one()
            content = json.loads(await vault.open(connection, row.sealed))
            stated = row.received_at if row.received_at < STARTED else None
            found.append((content, tuple(row.services), stated))
    return found


async def test_four_ways_give_one_outcome(
    process: IntakeProcess,
    any_channel: str,
    database: Database,
    settings: dict[str, str],
    tmp_path: Path,
    key: str,
) -> None:
    channel, ways = Channel(process, any_channel), Ways(process.url, any_channel, tmp_path)
    vault = Vault(Path(settings["VAHID_KEYS"]))
    outcomes = {
        "alone": await alone(channel, key),
        "in a batch": await in_a_batch(channel, key),
        "by import": await asyncio.to_thread(by_import, ways, key),
        "by submit": await asyncio.to_thread(by_submit, ways, key),
    }
    compared = {way: await stored(database, vault, found) for way, found in outcomes.items()}
    first = dict(zip(TABLE, compared["alone"], strict=True))
    for way, found in compared.items():
        assert dict(zip(TABLE, found, strict=True)) == first, way
    assert {name for name, found in first.items() if isinstance(found, tuple)} == ACCEPTED
    content = first["a district in plain letters"][0]
    assert content["district"] == "nasimi" and content["applicant"]["phone"] == "+994501234567"
    assert first["received on paper"][2].isoformat() == "2021-08-15T20:00:00+00:00"


ACCEPTED = {
    "as it should be", "blanks and invisible characters", "an error value in the text",
    "no value where none is needed", "a word of a person is the text", "a detail without a value",
    "a question in the text", "a Latin name with Cyrillic in it", "a Cyrillic name",
    "a district by its title", "a district in English", "a district in plain letters",
    "a number without its plus", "a FIN in lower case", "received on paper",
    "received on paper at an instant",
}  # fmt: skip

ANY = st.text(st.characters(), max_size=8)  # halves of surrogate pairs too
FIELDS = [name for name in RIGHT if name != "details.unit"]


@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(st.dictionaries(st.sampled_from(FIELDS), ANY, min_size=1), min_size=20, max_size=40))
def test_no_text_makes_a_fault_of_the_service(
    process: IntakeProcess, any_channel: str, changes: list[dict[str, str]]
) -> None:
    lines = [json.dumps({"idempotency_key": uuid4().hex, "appeal": body_of(change)}) for change in changes]
    headers = {"Authorization": f"Bearer {any_channel}", "Content-Type": "application/x-ndjson"}
    url = f"{process.url}/v1/appeals/batch"
    response = httpx2.post(url, content="\n".join(lines).encode(), headers=headers, timeout=60)
    assert response.status_code == 200
    statuses = [json.loads(line)["status"] for line in response.text.split("\n") if line]
    assert len(statuses) == len(changes) and set(statuses) <= {201, 400, 422}


@pytest.mark.parametrize(("channel", "status"), [("on_site", 403), ("online", 403), ("import", 201)])
async def test_not_every_key_may_say_when_an_appeal_was_received(
    process: IntakeProcess, api_keys: dict[str, str], key: str, channel: str, status: int
) -> None:
    stated = {**body_of(TABLE["received on paper"]), "channel": channel}
    caller = Channel(process, api_keys[channel])
    alone = await caller.post(stated, key)
    assert alone.status_code == status
    line = json.dumps({"idempotency_key": f"{key}-2", "appeal": stated}).encode()
    assert json.loads((await caller.post_batch(line)).text)["status"] == status
    if status == 201:
        answer = alone.json()
        assert answer["received_at"] == "2021-08-15T20:00:00Z" < answer["recorded_at"]


async def test_the_counters_key_of_an_installation_may_say_so(
    process: IntakeProcess, database: Database, key: str
) -> None:
    async with database.transaction() as connection:
        actor, scopes = KEYS["on_site"]
        counter = Channel(process, await issue(connection, actor, scopes))
    stated = {**body_of(TABLE["received on paper"]), "channel": "on_site"}
    answer = (await counter.post(stated, key)).json()
    assert answer["receipt_ground"] == "paper_register"
