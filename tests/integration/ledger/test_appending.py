"""A batch is written whole, or what stands is adopted, or the alarm is raised: never anything between."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from kit.database import Database
from ledger.appending import ReadModel
from ledger.chain import GENESIS, verify
from ledger.store import BrokenChainError, Ledger
from ledger.tables import events, outbox, steps, tracks
from schemas.case_events import RecordedEvent
from tests.builders import RULES, SEQUENTIAL, STAFF, appeal, by, later, placement, receive, report
from workflows.case.commands import MigrateTrack
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.shell.recording import record_input
from workflows.case.state import CaseState


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


class _Case:
    """A case of its own; each batch is decided on what the one before it made."""

    def __init__(self, number: int) -> None:
        self.state = CaseState(case_id=appeal(number).case_id)
        self.number = number

    def opened(self, hours: float = 0) -> tuple[RecordedEvent, ...]:
        return decide_all(self.state, [receive(SEQUENTIAL, number=self.number)], later(hours), RULES)

    def fulfilled(self) -> tuple[RecordedEvent, ...]:
        return decide_all(self.state, [report("t1.examine", "fulfilled")], later(1), RULES)

    def migrated(self) -> tuple[RecordedEvent, ...]:
        """To a version that lacks a step which has not begun."""
        shorter = SEQUENTIAL.model_copy(update={"version": "shorter", "steps": SEQUENTIAL.steps[:1]})
        move = MigrateTrack(**by(STAFF, "move", 1), track="t1", placement=placement(shorter))
        return decide_all(self.state, [move], later(1), RULES)

    def model(self, proposed: tuple[RecordedEvent, ...]) -> ReadModel:
        after = fold(self.state, proposed)
        gone = record_input(self.state, after, proposed).gone
        return ReadModel(case_row(after, later(1)), track_rows(after), step_rows(after), gone)


async def _record(database: Database, case: _Case, proposed: tuple[RecordedEvent, ...]):
    state, ledger = case.state, Ledger(database)
    model = case.model(proposed)
    return await ledger.append_or_adopt(state.case_id, state.seq, state.head, proposed, model)


async def _count(database: Database, table, key, case_id: str) -> int:
    async with database.transaction() as connection:
        query = select(func.count()).select_from(table).where(key == case_id)
        return await connection.scalar(query) or 0


async def test_a_batch_is_written_with_its_read_model_and_its_messages(database):
    case = _Case(1)
    opened = case.opened()
    recorded = await _record(database, case, opened)
    assert (recorded.events, recorded.adopted) == (opened, False)
    case_id = case.state.case_id
    assert verify(await Ledger(database).entries(case_id)) == ()
    assert await _count(database, tracks, tracks.c.case_id, case_id) == 1
    assert await _count(database, steps, steps.c.case_id, case_id) == 2
    assert await _count(database, outbox, outbox.c.key, case_id) == len(opened)


async def test_the_next_batch_follows_and_replaces_the_rows_of_the_read_model(database):
    case = _Case(2)
    case.state = fold(case.state, (await _record(database, case, case.opened())).events)
    fulfilled = case.fulfilled()
    assert not (await _record(database, case, fulfilled)).adopted
    row = await Ledger(database).case(case.state.case_id)
    assert row is not None
    after = fold(CaseState(case_id=case.state.case_id), await Ledger(database).history(case.state.case_id))
    assert dict(row._mapping) == case_row(after, row.closed_at)
    assert await _count(database, steps, steps.c.case_id, case.state.case_id) == 2


async def test_the_row_of_a_step_that_a_migrated_track_has_no_more_goes(database):
    case, other = _Case(8), _Case(9)
    case.state = fold(case.state, (await _record(database, case, case.opened())).events)
    await _record(database, other, other.opened())
    migrated = case.migrated()
    stale = CaseState(case_id=case.state.case_id, seq=case.state.seq + 1, head=case.state.head)
    with pytest.raises(BrokenChainError):
        await Ledger(database).append_or_adopt(
            stale.case_id, stale.seq, stale.head, migrated, case.model(migrated)
        )
    assert await _count(database, steps, steps.c.case_id, case.state.case_id) == 2
    await _record(database, case, migrated)
    assert await _count(database, steps, steps.c.case_id, case.state.case_id) == 1
    assert await _count(database, steps, steps.c.case_id, other.state.case_id) == 2


async def test_messages_are_queued_in_the_order_of_the_entries(database):
    case = _Case(3)
    opened = case.opened()
    await _record(database, case, opened)
    async with database.transaction() as connection:
        query = select(outbox.c.value).where(outbox.c.key == case.state.case_id).order_by(outbox.c.id)
        values = list((await connection.execute(query)).scalars())
    assert all(event.hash.encode() in value for event, value in zip(opened, values, strict=True))


async def test_what_stands_is_adopted_and_nothing_is_written(database):
    case = _Case(4)
    stood = await _record(database, case, case.opened())
    again = await _record(database, case, case.opened(hours=1))
    assert again.adopted
    assert [event.hash for event in again.events] == [event.hash for event in stood.events]
    assert await _count(database, outbox, outbox.c.key, case.state.case_id) == len(stood.events)


async def test_of_two_batches_at_once_one_is_written_and_the_other_adopts_it(database):
    case = _Case(5)
    both = await asyncio.gather(*(_record(database, case, case.opened(hours)) for hours in (0, 1)))
    assert sorted(recorded.adopted for recorded in both) == [False, True]
    first, second = ([event.hash for event in recorded.events] for recorded in both)
    assert first == second
    assert await _count(database, events, events.c.case_id, case.state.case_id) == len(first)


@pytest.mark.parametrize("seq", [0, 1])
async def test_a_batch_that_does_not_follow_what_stands_is_an_alarm(database, seq):
    case = _Case(6 + seq)
    opened = case.opened()
    ledger = Ledger(database)
    if seq:
        await _record(database, case, opened)
    stranger = _following(opened, "f" * 64)
    with pytest.raises(BrokenChainError):
        await ledger.append_or_adopt(case.state.case_id, seq, "f" * 64, stranger, case.model(opened))
    assert await _count(database, events, events.c.case_id, case.state.case_id) == seq * len(opened)


def _following(proposed: tuple[RecordedEvent, ...], head: str) -> tuple[RecordedEvent, ...]:
    """The events as if they followed on `head`."""
    return tuple(event.model_copy(update={"prev_hash": head}) for event in proposed)


async def test_nothing_proposed_reads(database):
    case = _Case(8)
    assert await Ledger(database).append_or_adopt(case.state.case_id, 0, GENESIS, (), None)
    stood = await _record(database, case, case.opened())
    found = await Ledger(database).append_or_adopt(case.state.case_id, 0, GENESIS, (), None)
    assert found.adopted
    assert len(found.events) == len(stood.events)
