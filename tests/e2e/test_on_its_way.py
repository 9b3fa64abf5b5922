"""The doctor tells appeals that are on their way from one that is lost, at once and by name."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from doctor.examination import examine
from doctor.findings import Examination
from tests.e2e.installation import PATIENCE, Installation
from tests.unit.intake.submissions import body
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]

COUNT = 50
_ROW = """FROM intake.outbox WHERE published_at IS NULL
    AND convert_from(value, 'UTF8')::jsonb->>'type' = 'az.vahid.appeal.received.v1'"""


async def _examine(installation: Installation) -> Examination:
    """What the doctor finds when nothing has any time to settle."""
    return await examine(installation.settings, timedelta(0))


def _broken(found: Examination) -> set[tuple[str, str]]:
    return {(finding.code, finding.subject) for finding in found.findings if finding.level == "broken"}


@asynccontextmanager
async def stopped(installation: Installation, process: str) -> AsyncIterator[None]:
    """The installation without `process`; it runs again at the end."""
    await installation.wait_until_idle()
    await asyncio.to_thread(installation.stack.stop_process, process)
    try:
        yield
    finally:
        await asyncio.to_thread(installation.stack.start_process, process)
        await asyncio.to_thread(installation.stack.wait_until_ready, (), PATIENCE)


async def submit(installation: Installation, prefix: str, count: int) -> None:
    """Have `count` appeals of different persons accepted."""
    for number in range(count):
        person = body()["applicant"] | {
            "fin": f"{prefix}{number:04d}",
            "phone": f"+99455{prefix}{number:04d}",
        }
        response = await installation.submit(f"way-{uuid.uuid4()}", applicant=person)
        assert response.status_code == 201, response.text


async def test_what_waits_for_the_router_is_on_its_way(installation: Installation) -> None:
    async with stopped(installation, "router"):
        await submit(installation, "301", COUNT)
        await installation.wait_for("SELECT count(*) = 0 FROM intake.outbox WHERE published_at IS NULL")
        found = await _examine(installation)
    assert (found.exit_code, _broken(found)) == (0, set())
    assert found.counts["appeals on their way"] == COUNT
    await installation.wait_until_idle()
    assert (await _examine(installation)).counts["appeals on their way"] == 0


async def test_what_a_case_has_and_has_not_recorded_is_on_its_way(installation: Installation) -> None:
    async with stopped(installation, "worker"):
        before = await installation.value("SELECT count(*) FROM router.routing_decisions")
        await submit(installation, "302", 3)
        await installation.wait_for("SELECT count(*) = $1 FROM router.routing_decisions", before + 3)
        found = await _examine(installation)
    assert (found.exit_code, _broken(found)) == (0, set())
    assert found.counts["appeals on their way"] == 3
    await installation.wait_until_idle()


async def test_one_whose_outbox_row_is_gone_is_named_among_fifty_that_are_not(
    installation: Installation,
) -> None:
    async with stopped(installation, "kafka"):
        await submit(installation, "303", COUNT)
        without_kafka = await _examine(installation)
        # The relay has rows in hand, which it would publish although one is gone from the table.
        await asyncio.to_thread(installation.stack.stop_process, "intake")
        async with installation.owner() as connection:
            await connection.execute(f"CREATE TABLE intake.taken AS SELECT * {_ROW} ORDER BY id LIMIT 1")
            await connection.execute("DELETE FROM intake.outbox WHERE id = (SELECT id FROM intake.taken)")
        await asyncio.to_thread(installation.stack.start_process, "intake")
    assert without_kafka.exit_code == 2
    assert "appeal.lost" not in {code for code, _ in _broken(without_kafka)}
    query = "SELECT convert_from(value, 'UTF8')::jsonb->'data'->>'appeal_id' FROM intake.taken"
    appeal_id = await installation.value(query)
    during = await _examine(installation)
    assert ("appeal.lost", appeal_id) in _broken(during)
    assert {subject for code, subject in _broken(during) if code == "appeal.lost"} == {appeal_id}
    await installation.wait_until_idle()
    assert _broken(await _examine(installation)) == {("appeal.lost", appeal_id)}

    async with installation.owner() as connection:
        await connection.execute("INSERT INTO intake.outbox SELECT * FROM intake.taken")
        await connection.execute("DROP TABLE intake.taken")

    async def healthy() -> bool:
        return (await _examine(installation)).exit_code == 0

    await until(healthy, "the doctor finds nothing broken", PATIENCE)
    await installation.wait_until_idle()
