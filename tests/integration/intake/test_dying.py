"""Intake killed, its database away or full: nothing lost, nothing doubled, nothing half done."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from kit.database import Database
from services.intake.appeals.acceptance import case_id_of
from tests.integration.intake.process import Channel, IntakeProcess
from tests.integration.intake.proxy import Proxy
from tests.integration.intake.published import count, messages_of
from tests.unit.intake.submissions import body


@pytest.mark.parametrize(
    ("failpoint", "was_stored"), [("intake.before_commit", False), ("intake.after_commit", True)]
)
async def test_killed_around_the_commit_then_repeated_is_one_appeal(
    mortal: IntakeProcess,
    api_keys: dict[str, str],
    database: Database,
    kafka_bootstrap: str,
    key: str,
    failpoint: str,
    was_stored: bool,
) -> None:
    online = Channel(mortal, api_keys["online"])
    mortal.arm(failpoint)
    with pytest.raises(httpx2.TransportError):
        await online.post(body(), key)
    await mortal.wait_until_killed()
    stored = await count(database, "intake.idempotency WHERE key = :key", key=key)
    assert stored == int(was_stored)
    await mortal.start()
    answer = await online.post(body(), key)
    assert answer.status_code == 201
    assert ("Idempotent-Replayed" in answer.headers) is was_stored
    case_id = case_id_of(answer.json()["appeal_id"])
    assert len(await messages_of(kafka_bootstrap, {case_id}, database)) == 1
    for table in ("intake.appeals WHERE case_id", "vault.data_keys WHERE key_id", "intake.outbox WHERE key"):
        assert await count(database, f"{table} = :id", id=case_id) == 1


async def test_killed_in_the_middle_of_many_then_all_repeated_are_each_one(
    mortal: IntakeProcess, api_keys: dict[str, str], database: Database, kafka_bootstrap: str, key: str
) -> None:
    online = Channel(mortal, api_keys["online"])
    mortal.arm("intake.after_commit", "kill 2")

    async def hand_in(number: int) -> httpx2.Response | None:
        try:
            return await online.post(body(text=f"Mətn {number}"), f"{key}-{number}")
        except httpx2.TransportError:
            return None

    first = await asyncio.gather(*(hand_in(number) for number in range(60)))
    await mortal.wait_until_killed()
    await mortal.start()
    second = await asyncio.gather(*(hand_in(number) for number in range(60)))
    assert None in first and None not in second
    for before, after in zip(first, second, strict=True):
        assert after is not None and after.status_code == 201
        assert before is None or before.content == after.content
    cases = {case_id_of(answer.json()["appeal_id"]) for answer in second if answer}
    messages = await messages_of(kafka_bootstrap, cases, database)
    assert {message["subject"] for message in messages} == cases


async def test_a_failing_infrastructure_is_503_and_nothing_half_done(
    mortal: IntakeProcess, api_keys: dict[str, str], database: Database, key: str
) -> None:
    online = Channel(mortal, api_keys["online"])
    mortal.arm("intake.before_commit", "error")
    unavailable = await online.post(body(), key)
    assert unavailable.status_code == 503 and int(unavailable.headers["Retry-After"]) > 0
    assert await count(database, "intake.idempotency WHERE key = :key", key=key) == 0
    assert (await online.post(body(), key)).status_code == 201


async def test_a_full_disk_is_503_and_nothing_half_done(
    mortal: IntakeProcess, api_keys: dict[str, str], database: Database, key: str
) -> None:
    online = Channel(mortal, api_keys["online"])
    await _disk(database, full=True)
    unavailable = await online.post(body(), key)
    await _disk(database, full=False)
    assert unavailable.status_code == 503 and "Retry-After" in unavailable.headers
    assert await count(database, "intake.idempotency WHERE key = :key", key=key) == 0
    assert (await online.post(body(), key)).status_code == 201


async def _disk(database: Database, *, full: bool) -> None:
    """Let the server raise its own `disk_full` (53100) where it would extend the table of appeals."""
    statements = [
        "CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$",
        "CREATE TRIGGER disk_full BEFORE INSERT ON intake.appeals FOR EACH ROW EXECUTE FUNCTION disk_full()",
    ]
    async with database.transaction() as connection:
        for statement in statements if full else ["DROP TRIGGER disk_full ON intake.appeals"]:
            await connection.execute(text(statement))


async def test_a_database_that_is_away_is_503_and_served_again_when_back(
    tmp_path: Path, settings: dict[str, str], database_url: str, api_keys: dict[str, str], key: str
) -> None:
    proxy = Proxy(database_url)
    await proxy.open()
    async with IntakeProcess(tmp_path, {**settings, "VAHID_DATABASE_URL": proxy.url}) as process:
        online = Channel(process, api_keys["online"])
        assert (await online.post(body(), f"{key}-1")).status_code == 201
        await proxy.cut()
        unavailable = await online.post(body(), f"{key}-2")
        assert unavailable.status_code == 503 and "Retry-After" in unavailable.headers
        assert (await online.get("/readyz")).status_code == 503
        await proxy.open()
        assert (await online.post(body(), f"{key}-2")).status_code == 201
    await proxy.cut()
