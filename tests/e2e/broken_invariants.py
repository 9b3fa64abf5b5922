"""Every invariant of the doctor, with a way to break it in the tables of one case."""

import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

from kit.canonical_json import canonical_json
from ledger.chain import digest
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import AppealJoined, CaseAnswered, CaseOpened, CaseReopened
from tests.unit.doctor.histories import rechained

NEVER = str(uuid.UUID(int=9))
"""The id that breaks invent."""

Connection = Any
Break = Callable[[Connection, str], Awaitable[object]]
"""Breaks an invariant of a case, by its id."""
History = list[RecordedEvent]


def _sql(*statements: str) -> Break:
    """Runs statements that must change something; they may name `{case}`."""

    async def break_it(connection: Connection, case_id: str) -> None:
        for statement in statements:
            changed = await connection.execute(statement.format(case=f"'{case_id}'"))
            assert not changed.endswith(" 0"), statement

    return break_it


def _rewritten(change: Callable[[History], Sequence[RecordedEvent]]) -> Break:
    """Rewrites the history with a chain that verifies."""

    async def break_it(connection: Connection, case_id: str) -> None:
        query = "SELECT entry FROM ledger.events WHERE case_id = $1 ORDER BY seq"
        rows = await connection.fetch(query, case_id)
        history = [RecordedEvent.model_validate_json(row["entry"]) for row in rows]
        entries = rechained(change(history))
        await connection.execute("DELETE FROM ledger.events WHERE case_id = $1", case_id)
        for text in entries:
            await _insert(connection, text)

    return break_it


async def _insert(connection: Connection, text: str) -> None:
    event = RecordedEvent.model_validate_json(text)
    await connection.execute(
        "INSERT INTO ledger.events (case_id, seq, type, recorded_at, cause, entry, prev_hash, hash) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        *(event.case_id, event.seq, event.payload.type, event.recorded_at, event.cause, text),
        *(event.prev_hash, event.hash),
    )


def _answered_twice(history: History) -> History:
    return [*history, next(event for event in history if isinstance(event.payload, CaseAnswered))]


def _reopened_without_answer(history: History) -> History:
    opened = history[0].payload
    assert isinstance(opened, CaseOpened)
    reopened = CaseReopened(opening=2, reason="objection", clock=opened.clock)
    unanswered = [event for event in history if not isinstance(event.payload, CaseAnswered)]
    return [*unanswered, history[0].model_copy(update={"payload": reopened})]


def _without_cause(history: History) -> History:
    return [*history[:-1], history[-1].model_copy(update={"cause": " "})]


def _joined_by_its_own_appeal(history: History) -> History:
    opened = history[0].payload
    assert isinstance(opened, CaseOpened)
    return [*history, history[0].model_copy(update={"payload": AppealJoined(appeal=opened.appeal)})]


async def _unknown_entry(connection: Connection, case_id: str) -> None:
    query = "SELECT entry FROM ledger.events WHERE case_id = $1 ORDER BY seq DESC LIMIT 1"
    entry = json.loads(await connection.fetchval(query, case_id))
    entry["payload"]["type"] = "az.vahid.case.vanished.v1"
    entry["hash"] = digest(entry)
    await connection.execute(
        "UPDATE ledger.events SET entry = $1, hash = $2, type = $3 WHERE case_id = $4 AND seq = $5",
        *(canonical_json(entry).decode(), entry["hash"], entry["payload"]["type"], case_id, entry["seq"]),
    )


def _copied(table: str, **changes: str) -> Break:
    """Copies a row of the case, with `changes`."""
    values = json.dumps(changes).replace("'", "''")

    async def break_it(connection: Connection, case_id: str) -> None:
        added = await connection.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(t, '{values}')).* FROM {table} t "
            f"WHERE t.case_id = '{case_id}' LIMIT 1"
        )
        assert added == "INSERT 0 1"

    return break_it


Subject = Literal["case", "appeal", "invented"]
"""What the doctor must name: the case, its appeal, or the id that the break invented."""
Invariant = tuple[str, Subject, Break]
"""The code of a broken invariant, its subject, and how to break it."""
_EVENTS = "ledger.events WHERE case_id = {case}"
OTHER_OUTCOME = """UPDATE ledger.cases
    SET outcome = CASE outcome WHEN 'refused' THEN 'satisfied' ELSE 'refused' END"""

INVARIANTS: list[Invariant] = [
    (
        "ledger.entry_changed",
        "case",
        _sql("""UPDATE ledger.events SET entry = replace(entry, '"cause":"', '"cause":"x')
                WHERE case_id = {case} AND seq = 3"""),
    ),
    ("ledger.sequence_broken", "case", _sql(f"DELETE FROM {_EVENTS} AND seq = 2")),
    (
        "ledger.link_broken",
        "case",
        _sql("""UPDATE ledger.events SET entry = replace(entry, prev_hash, repeat('0', 64))
                WHERE case_id = {case} AND seq = 3"""),
    ),
    (
        "ledger.entry_unreadable",
        "case",
        _sql("UPDATE ledger.events SET entry = left(entry, -1) WHERE case_id = {case} AND seq = 3"),
    ),
    (
        "ledger.entry_not_canonical",
        "case",
        _sql("UPDATE ledger.events SET entry = ' ' || entry WHERE case_id = {case} AND seq = 3"),
    ),
    (
        "ledger.columns_differ",
        "case",
        _sql("UPDATE ledger.events SET cause = 'else' WHERE case_id = {case} AND seq = 3"),
    ),
    ("ledger.entry_unknown", "case", _unknown_entry),
    ("ledger.history_missing", "case", _sql(f"DELETE FROM {_EVENTS}")),
    ("read_model.differs", "case", _sql(f"DELETE FROM {_EVENTS} AND type = 'az.vahid.case.answered.v1'")),
    ("read_model.differs", "case", _sql(f"{OTHER_OUTCOME} WHERE case_id = {{case}}")),
    ("read_model.differs", "case", _sql("UPDATE ledger.steps SET reference = 'else' WHERE case_id = {case}")),
    ("read_model.differs", "case", _sql("DELETE FROM ledger.tracks WHERE case_id = {case}")),
    ("read_model.missing", "case", _sql("DELETE FROM ledger.cases WHERE case_id = {case}")),
    ("case.not_opened", "case", _rewritten(lambda history: history[1:])),
    ("outcome.doubled", "case", _rewritten(_answered_twice)),
    ("outcome.missing", "case", _rewritten(_reopened_without_answer)),
    ("event.no_cause", "case", _rewritten(_without_cause)),
    (
        "appeal.lost",
        "invented",
        _copied("intake.appeals", appeal_id=NEVER, tracking_number="VHD-NEVER"),
    ),
    ("appeal.doubled", "appeal", _rewritten(_joined_by_its_own_appeal)),
    (
        "appeal.receipt_differs",
        "appeal",
        _sql("UPDATE intake.appeals SET receipt_digest = repeat('f', 64) WHERE case_id = {case}"),
    ),
    ("appeal.not_accepted", "appeal", _sql("DELETE FROM intake.appeals WHERE case_id = {case}")),
    (
        "assignment.no_cause",
        "case",
        _copied("adapter.assignments", key="never", step="t9.never", reference="never"),
    ),
    ("status.lost", "case", _copied("adapter.inbox", status_id="never")),
    (
        "notification.no_cause",
        "case",
        _copied("notifier.notifications", event_id=NEVER, notification_id=NEVER, state="sent"),
    ),
    (
        "notification.missing",
        "case",
        _sql("DELETE FROM notifier.notifications WHERE case_id = {case} AND kind = 'answer'"),
    ),
]
