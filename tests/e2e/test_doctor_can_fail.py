"""The doctor can fail: each invariant is broken by hand, named with its case, mended; the doctor is green."""

import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from temporalio.client import Client

from doctor.examination import examine
from doctor.findings import Examination
from kit.temporal import connect
from ledger.chain import digest
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import AppealJoined, CaseAnswered, CaseOpened, CaseReopened
from tests.e2e.installation import PATIENCE, Installation
from tests.unit.doctor.histories import rechained
from tests.waiting import until
from workflows.case.contracts import workflow_id

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]

NEVER = str(uuid.UUID(int=9))
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

Connection = Any
Broken = Callable[[Connection, str], Awaitable[object]]
"""Breaks something about a case."""


async def _examined(installation: Installation) -> Examination:
    return await examine(installation.settings, timedelta(0))


def _broken(found: Examination) -> set[tuple[str, str]]:
    return {(finding.code, finding.subject) for finding in found.findings if finding.level == "broken"}


@pytest.fixture
async def case_id(installation: Installation) -> str:
    """An answered case of two sequential steps that agencies did, and that its applicant was told of."""
    query = """
        SELECT c.case_id FROM ledger.cases c JOIN ledger.tracks t USING (case_id)
        WHERE t.service = 'disability-assessment' AND jsonb_array_length(c.state->'appeals') = 1
        AND EXISTS (SELECT 1 FROM notifier.notifications n WHERE n.case_id = c.case_id AND n.state = 'sent')
        ORDER BY c.case_id LIMIT 1
    """
    return str(await installation.value(query))


@pytest.fixture
async def owner(installation: Installation) -> AsyncIterator[Connection]:
    """The owner of the tables, who has disabled what keeps the history; all is put back at the end.

    Nothing may be under way meanwhile: what were recorded then would be lost by putting back.
    """
    await installation.quiet()
    async with installation.owner() as connection:
        await connection.execute("ALTER TABLE ledger.events DISABLE TRIGGER append_only")
        for table in TABLES:
            await connection.execute(f"CREATE TEMP TABLE {_copy(table)} AS TABLE {table}")
        try:
            yield connection
        finally:
            await _mend(connection)
            await connection.execute("ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER append_only")


async def _mend(connection: Connection) -> None:
    for table in TABLES:
        await connection.execute(f"DELETE FROM {table}; INSERT INTO {table} TABLE {_copy(table)}")


def _copy(table: str) -> str:
    return f"before_{table.replace('.', '_')}"


def _sql(*statements: str) -> Broken:
    async def spoil(connection: Connection, case_id: str) -> None:
        for statement in statements:
            changed = await connection.execute(statement.format(case=f"'{case_id}'", never=f"'{NEVER}'"))
            assert not changed.endswith(" 0"), statement

    return spoil


History = list[RecordedEvent]


def _rewritten(change: Callable[[History], Sequence[RecordedEvent]]) -> Broken:
    """The history as somebody would rewrite it who knows the rules of the chain."""

    async def spoil(connection: Connection, case_id: str) -> None:
        query = "SELECT body FROM ledger.events WHERE case_id = $1 ORDER BY seq"
        payloads = [row["entry"] for row in await connection.fetch(query, case_id)]
        entries = rechained(change([RecordedEvent.model_validate_json(one) for one in payloads]))
        await connection.execute("DELETE FROM ledger.events WHERE case_id = $1", case_id)
        for text in entries:
            await _insert(connection, text)

    return spoil


async def _insert(connection: Connection, text: str) -> None:
    event = RecordedEvent.model_validate_json(text)
    await connection.execute(
        "INSERT INTO ledger.events (case_id, seq, type, recorded_at, cause, body, prev_hash, hash) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        *(event.case_id, event.seq, event.payload.type, event.recorded_at, event.cause, text),
        *(event.prev_hash, event.hash),
    )


def _twice_answered(history: History) -> History:
    return [*history, next(event for event in history if isinstance(event.payload, CaseAnswered))]


def _opened_again(history: History) -> History:
    opened = history[0].payload
    assert isinstance(opened, CaseOpened)
    again = CaseReopened(opening=2, reason="objection", clock=opened.clock)
    unanswered = [event for event in history if not isinstance(event.payload, CaseAnswered)]
    return [*unanswered, history[0].model_copy(update={"payload": again})]


def _without_cause(history: History) -> History:
    return [*history[:-1], history[-1].model_copy(update={"cause": " "})]


def _joined_by_its_own_appeal(history: History) -> History:
    opened = history[0].payload
    assert isinstance(opened, CaseOpened)
    return [*history, history[0].model_copy(update={"payload": AppealJoined(appeal=opened.appeal)})]


async def _unknown_entry(connection: Connection, case_id: str) -> None:
    query = "SELECT body FROM ledger.events WHERE case_id = $1 ORDER BY seq DESC LIMIT 1"
    entry = json.loads(await connection.fetchval(query, case_id))
    entry["payload"]["type"] = "az.vahid.case.vanished.v1"
    entry["hash"] = digest(entry)
    await connection.execute(
        "UPDATE ledger.events SET body = $1, hash = $2 WHERE case_id = $3 AND seq = $4",
        *(json.dumps(entry), entry["hash"], case_id, entry["seq"]),
    )


def _copied(table: str, **changes: str) -> Broken:
    """One more row like one of the case, with `changes`."""
    values = json.dumps(changes).replace("'", "''")

    async def spoil(connection: Connection, case_id: str) -> None:
        added = await connection.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(t, '{values}')).* FROM {table} t "
            f"WHERE t.case_id = '{case_id}' LIMIT 1"
        )
        assert added == "INSERT 0 1"

    return spoil


CASE, APPEAL, INVENTED = "the case", "its appeal", "what was invented"
EVENTS = "ledger.events WHERE case_id = {case}"
OTHER_OUTCOME = """UPDATE ledger.cases
    SET outcome = CASE outcome WHEN 'refused' THEN 'satisfied' ELSE 'refused' END"""

INVARIANTS: list[tuple[str, str, Broken]] = [
    (
        "ledger.entry_changed",
        CASE,
        _sql("""UPDATE ledger.events SET body = replace(body, '"cause":"', '"cause":"x')
                WHERE case_id = {case} AND seq = 3"""),
    ),
    ("ledger.sequence_broken", CASE, _sql(f"DELETE FROM {EVENTS} AND seq = 2")),
    (
        "ledger.link_broken",
        CASE,
        _sql("""UPDATE ledger.events SET body = replace(body, prev_hash, repeat('0', 64))
                WHERE case_id = {case} AND seq = 3"""),
    ),
    ("ledger.entry_unknown", CASE, _unknown_entry),
    ("ledger.history_missing", CASE, _sql(f"DELETE FROM {EVENTS}")),
    ("read_model.differs", CASE, _sql(f"DELETE FROM {EVENTS} AND type = 'az.vahid.case.answered.v1'")),
    ("read_model.differs", CASE, _sql(f"{OTHER_OUTCOME} WHERE case_id = {{case}}")),
    ("read_model.differs", CASE, _sql("UPDATE ledger.steps SET reference = 'else' WHERE case_id = {case}")),
    ("read_model.differs", CASE, _sql("DELETE FROM ledger.tracks WHERE case_id = {case}")),
    ("read_model.missing", CASE, _sql("DELETE FROM ledger.cases WHERE case_id = {case}")),
    ("case.not_opened", CASE, _rewritten(lambda history: history[1:])),
    ("outcome.doubled", CASE, _rewritten(_twice_answered)),
    ("outcome.missing", CASE, _rewritten(_opened_again)),
    ("event.no_cause", CASE, _rewritten(_without_cause)),
    (
        "appeal.lost",
        INVENTED,
        _copied("intake.appeals", appeal_id=NEVER, tracking_number="VHD-NEVER"),
    ),
    ("appeal.doubled", APPEAL, _rewritten(_joined_by_its_own_appeal)),
    (
        "appeal.receipt_differs",
        APPEAL,
        _sql("UPDATE intake.appeals SET receipt_digest = repeat('f', 64) WHERE case_id = {case}"),
    ),
    ("appeal.not_accepted", APPEAL, _sql("DELETE FROM intake.appeals WHERE case_id = {case}")),
    (
        "assignment.no_cause",
        CASE,
        _copied("adapter.assignments", key="never", step="t9.never", reference="never"),
    ),
    ("status.lost", CASE, _copied("adapter.inbox", status_id="never")),
    (
        "notification.no_cause",
        CASE,
        _copied("notifier.notifications", event_id=NEVER, notification_id=NEVER, state="sent"),
    ),
    (
        "notification.missing",
        CASE,
        _sql("DELETE FROM notifier.notifications WHERE case_id = {case} AND kind = 'answer'"),
    ),
]


@pytest.mark.parametrize(
    ("code", "about", "spoil"), INVARIANTS, ids=[f"{n}-{one[0]}" for n, one in enumerate(INVARIANTS, 1)]
)
async def test_a_broken_invariant_is_named_and_mended(
    installation: Installation, owner: Connection, case_id: str, code: str, about: str, spoil: Broken
) -> None:
    query = "SELECT appeal_id FROM intake.appeals WHERE case_id = $1"
    appeal_id = await owner.fetchval(query, case_id)
    await spoil(owner, case_id)
    found = await _examined(installation)
    subject = {CASE: case_id, APPEAL: appeal_id, INVENTED: NEVER}[about]
    assert found.exit_code == 1
    assert (code, subject) in _broken(found), found.findings
    assert {about for _, about in _broken(found)} <= {case_id, appeal_id, NEVER}  # nobody else is suspected
    await _mend(owner)
    assert (await _examined(installation)).exit_code == 0


async def test_a_message_of_unknown_fate_is_for_a_person(
    installation: Installation, owner: Connection, case_id: str
) -> None:
    parked = "UPDATE notifier.notifications SET state = 'parked' WHERE case_id = $1 AND state = 'sent'"
    await owner.execute(parked, case_id)
    found = await _examined(installation)
    assert found.exit_code == 0
    assert "notification.parked" in {finding.code for finding in found.findings}


async def test_the_command_line_names_the_case_and_the_code(
    installation: Installation, owner: Connection, case_id: str
) -> None:
    await owner.execute(f"{OTHER_OUTCOME} WHERE case_id = $1", case_id)
    said = installation.vahid("doctor", "--settle", "0", "--json")
    assert said.returncode == 1, said.stderr
    found = json.loads(said.stdout)
    assert found["exit_code"] == 1
    named = {(one["code"], one["subject"]) for one in found["findings"] if one["level"] == "broken"}
    assert named == {("read_model.differs", case_id)}
    table = installation.vahid("doctor", "--settle", "0", COLUMNS="250")
    assert table.returncode == 1 and case_id in table.stdout and "read_model.differs" in table.stdout
    await _mend(owner)
    healthy = installation.vahid("doctor", "--settle", "0")
    assert healthy.returncode == 0 and "All invariants hold." in healthy.stdout, healthy.stdout


@pytest.mark.parametrize(
    ("setting", "address", "store"),
    [
        ("VAHID_DATABASE_URL", "postgresql+asyncpg://vahid:x@127.0.0.1:1/vahid", "PostgreSQL"),
        ("VAHID_KAFKA_BOOTSTRAP", "127.0.0.1:1", "Kafka"),
        ("VAHID_TEMPORAL_ADDRESS", "127.0.0.1:1", "Temporal"),
    ],
)
def test_a_store_that_cannot_be_reached_is_said(
    installation: Installation, setting: str, address: str, store: str
) -> None:
    said = installation.vahid("doctor", "--json", **{setting: address})
    assert said.returncode == 2, said.stderr
    found = json.loads(said.stdout)  # the log goes elsewhere
    assert [one.partition(":")[0] for one in found["unreachable"]] == [store]


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
async def test_the_history_refuses_changes_also_of_its_owner(
    installation: Installation, statement: str
) -> None:
    async with installation.owner() as connection:
        for role in ("origin", "replica"):  # a session of replication skips ordinary triggers
            await connection.execute(f"SET session_replication_role = {role}")
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await connection.execute(statement)
    assert (await _examined(installation)).exit_code == 0


async def test_an_outbox_that_keeps_its_rows_is_named(installation: Installation) -> None:
    installation.stack.stop_process("intake")
    try:
        async with installation.owner() as connection:
            await connection.execute(
                "UPDATE intake.outbox SET published_at = NULL, created_at = now() - interval '1 hour' "
                "WHERE id = (SELECT min(id) FROM intake.outbox)"
            )
        found = await _examined(installation)
        assert (found.exit_code, _broken(found)) == (1, {("outbox.stuck", "intake")})
    finally:
        installation.stack.start_process("intake")
    # The relay sends it a second time, which changes nothing.
    await installation.wait("SELECT count(*) = 0 FROM intake.outbox WHERE published_at IS NULL")
    assert (await _examined(installation)).exit_code == 0


async def test_an_open_case_without_a_workflow_is_named_and_woken_by_a_command(
    installation: Installation,
) -> None:
    person = {"surname": "Sınaq", "name": "Kəs", "phone": "+994552000077"}
    answer = await installation.hand_in(
        f"idle-{uuid.uuid4()}", services=None, text="Kömək edin.", applicant=person
    )
    case_id = await installation.case_of(answer)
    await installation.wait(
        "SELECT true FROM ledger.steps WHERE case_id = $1 AND status = 'dispatched'", case_id
    )
    client: Client = await connect(installation.environment["VAHID_TEMPORAL_ADDRESS"])
    await client.get_workflow_handle(workflow_id(case_id)).terminate("broken by hand")
    assert ("workflow.missing", case_id) in _broken(await _examined(installation))

    said = installation.vahid("case", "report", case_id, "t1.triage", "acknowledged", "--json")
    assert (said.returncode, json.loads(said.stdout)["accepted"]) == (0, True), said.stderr

    async def green() -> bool:
        return (await _examined(installation)).exit_code == 0

    await until(green, "the doctor is green again", PATIENCE)
    await installation.settle_triage(case_id)
    await installation.quiet()
    assert await green()
