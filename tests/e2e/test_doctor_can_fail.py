"""The doctor can fail: it names each invariant that a test breaks, and finds nothing once it is restored."""

import json
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from temporalio.client import Client

from doctor.examination import examine
from doctor.findings import Examination
from kit.temporal import connect
from tests.e2e.broken_invariants import INVARIANTS, NEVER, OTHER_OUTCOME, Break, Connection, Subject
from tests.e2e.installation import PATIENCE, Installation
from tests.waiting import until
from workflows.case.contracts import workflow_id

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]

TABLES = (
    "ledger.events",
    "ledger.cases",
    "ledger.tracks",
    "ledger.steps",
    "intake.appeals",
    "adapter.assignments",
    "adapter.inbox",
    "notifier.notifications",
)


async def _examine(installation: Installation) -> Examination:
    return await examine(installation.settings, timedelta(0))


def _broken(found: Examination) -> set[tuple[str, str]]:
    return {(finding.code, finding.subject) for finding in found.findings if finding.level == "broken"}


@pytest.fixture
async def case_id(installation: Installation) -> str:
    """An answered case of two sequential steps, whose applicant was notified."""
    query = """
        SELECT c.case_id FROM ledger.cases c JOIN ledger.tracks t USING (case_id)
        WHERE t.service = 'disability-assessment' AND jsonb_array_length(c.tracking_numbers) = 1
        AND EXISTS (SELECT 1 FROM notifier.notifications n WHERE n.case_id = c.case_id AND n.state = 'sent')
        ORDER BY c.case_id LIMIT 1
    """
    return str(await installation.value(query))


@pytest.fixture
async def owner(installation: Installation) -> AsyncIterator[Connection]:
    """The owner of the tables, with the append-only trigger disabled; all is restored at the end.

    Nothing may be recorded meanwhile, because restoring would lose it.
    """
    await installation.wait_until_idle()
    async with installation.owner() as connection:
        await connection.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")
        for table in TABLES:
            await connection.execute(f"CREATE TEMP TABLE {_copy(table)} AS TABLE {table}")
        try:
            yield connection
        finally:
            await _restore(connection)
            await connection.execute("ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER append_only")


async def _restore(connection: Connection) -> None:
    for table in TABLES:
        await connection.execute(f"DELETE FROM {table}; INSERT INTO {table} TABLE {_copy(table)}")


def _copy(table: str) -> str:
    return f"before_{table.replace('.', '_')}"


@pytest.mark.parametrize(
    ("code", "about", "break_it"),
    INVARIANTS,
    ids=[f"{number}-{code}" for number, (code, _, _) in enumerate(INVARIANTS, 1)],
)
async def test_a_broken_invariant_is_named_until_it_is_restored(
    installation: Installation, owner: Connection, case_id: str, code: str, about: Subject, break_it: Break
) -> None:
    query = "SELECT appeal_id FROM intake.appeals WHERE case_id = $1"
    appeal_id = await owner.fetchval(query, case_id)
    await break_it(owner, case_id)
    found = await _examine(installation)
    subject = {"case": case_id, "appeal": appeal_id, "invented": NEVER}[about]
    assert found.exit_code == 1
    assert (code, subject) in _broken(found), found.findings
    assert {named for _, named in _broken(found)} <= {case_id, appeal_id, NEVER}
    await _restore(owner)
    assert (await _examine(installation)).exit_code == 0


async def test_a_parked_message_is_for_a_person_and_breaks_nothing(
    installation: Installation, owner: Connection, case_id: str
) -> None:
    parked = "UPDATE notifier.notifications SET state = 'parked' WHERE case_id = $1 AND state = 'sent'"
    await owner.execute(parked, case_id)
    found = await _examine(installation)
    assert found.exit_code == 0
    assert "notification.parked" in {finding.code for finding in found.findings}


async def test_the_command_line_names_the_case_and_the_code(
    installation: Installation, owner: Connection, case_id: str
) -> None:
    await owner.execute(f"{OTHER_OUTCOME} WHERE case_id = $1", case_id)
    examined = installation.vahid("doctor", "--settle", "0", "--json")
    assert examined.returncode == 1, examined.stderr
    found = json.loads(examined.stdout)
    assert found["exit_code"] == 1
    named = {
        (finding["code"], finding["subject"]) for finding in found["findings"] if finding["level"] == "broken"
    }
    assert named == {("read_model.differs", case_id)}
    table = installation.vahid("doctor", "--settle", "0", COLUMNS="250")
    assert table.returncode == 1 and case_id in table.stdout and "read_model.differs" in table.stdout
    await _restore(owner)
    restored = installation.vahid("doctor", "--settle", "0")
    assert restored.returncode == 0 and "All invariants hold." in restored.stdout, restored.stdout


@pytest.mark.parametrize(
    ("setting", "address", "store"),
    [
        ("VAHID_DATABASE_URL", "postgresql+asyncpg://vahid:x@127.0.0.1:1/vahid", "PostgreSQL"),
        ("VAHID_KAFKA_BOOTSTRAP", "127.0.0.1:1", "Kafka"),
        ("VAHID_TEMPORAL_ADDRESS", "127.0.0.1:1", "Temporal"),
    ],
)
def test_an_unreachable_store_is_named(
    installation: Installation, setting: str, address: str, store: str
) -> None:
    examined = installation.vahid("doctor", "--json", **{setting: address})
    assert examined.returncode == 2, examined.stderr
    found = json.loads(examined.stdout)  # the log goes to stderr
    assert [line.partition(":")[0] for line in found["unreachable"]] == [store]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.events SET cause = 'else'",
        "DELETE FROM ledger.events",
        "TRUNCATE ledger.events",
        "TRUNCATE ledger.events, ledger.cases CASCADE",
        "MERGE INTO ledger.events e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
        "INSERT INTO ledger.events TABLE ledger.events ON CONFLICT (case_id, seq) DO UPDATE SET cause = 'x'",
    ],
)
async def test_the_history_refuses_changes_even_of_its_owner(
    installation: Installation, statement: str
) -> None:
    async with installation.owner() as connection:
        for role in ("origin", "replica"):  # a replication session skips ordinary triggers
            await connection.execute(f"SET session_replication_role = {role}")
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await connection.execute(statement)
    assert (await _examine(installation)).exit_code == 0


async def test_a_stuck_outbox_is_named(installation: Installation) -> None:
    installation.stack.stop_process("intake")
    try:
        async with installation.owner() as connection:
            await connection.execute(
                "UPDATE intake.outbox SET published_at = NULL, created_at = now() - interval '1 hour' "
                "WHERE id = (SELECT min(id) FROM intake.outbox)"
            )
        found = await _examine(installation)
        assert (found.exit_code, _broken(found)) == (1, {("outbox.stuck", "intake")})
    finally:
        installation.stack.start_process("intake")
    # The relay sends the row a second time, which changes nothing.
    await installation.wait_for("SELECT count(*) = 0 FROM intake.outbox WHERE published_at IS NULL")
    assert (await _examine(installation)).exit_code == 0


async def test_an_open_case_without_a_workflow_is_named_until_a_command_starts_it(
    installation: Installation,
) -> None:
    person = {"surname": "Sınaq", "name": "Kəs", "phone": "+994552000077"}
    response = await installation.submit(
        f"idle-{uuid.uuid4()}", services=None, text="Kömək edin.", applicant=person
    )
    case_id = await installation.case_of(response)
    await installation.wait_for(
        "SELECT true FROM ledger.steps WHERE case_id = $1 AND status = 'dispatched'", case_id
    )
    client: Client = await connect(
        installation.environment["VAHID_TEMPORAL_ADDRESS"], keys=Path(installation.environment["VAHID_KEYS"])
    )
    await client.get_workflow_handle(workflow_id(case_id)).terminate("test")
    assert ("workflow.missing", case_id) in _broken(await _examine(installation))

    report = installation.vahid("case", "report", case_id, "t1.triage", "acknowledged", "--json")
    assert (report.returncode, json.loads(report.stdout)["accepted"]) == (0, True), report.stderr

    async def healthy() -> bool:
        return (await _examine(installation)).exit_code == 0

    await until(healthy, "the doctor finds nothing broken", PATIENCE)
    await installation.settle_triage(case_id)
    await installation.wait_until_idle()
    assert await healthy()
