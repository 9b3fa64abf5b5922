"""The board and the list of what needs a person, on a real PostgreSQL: each number is that of its list."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert

from casework.computed_on_read import Moment
from casework.queries.attention import read_concerns
from casework.queries.board import Board, read_board
from casework.queries.case_list import CaseFilter, count_cases, list_cases
from kit.database import Database
from ledger.tables import cases, steps, tracks
from tests.builders import RULES, SEQUENTIAL, appeal, later, receive, report
from tests.unit.casework.harness import CaseHarness
from workflows.case.read_model import case_row, step_rows, track_rows

pytestmark = pytest.mark.stack

DAY = 24
SHORTLY, UNTAKEN, NEARLY_DUE, MUCH_LATER = (
    Moment.of(RULES.calendar, later(hours)) for hours in (5, 5 * DAY, 19 * DAY, 60 * DAY)
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_size=2)
    async with database.transaction() as connection:
        for table in (cases, tracks, steps):
            await connection.execute(table.delete())
    yield database
    await database.close()


def case_of(number: int, *commands: object) -> CaseHarness:
    harness = CaseHarness()
    harness.state = harness.state.model_copy(update={"case_id": appeal(number).case_id})
    return harness.take(receive(SEQUENTIAL, number=number), *commands)  # type: ignore[arg-type]


async def store(database: Database, *harnesses: CaseHarness) -> None:
    async with database.transaction() as connection:
        for harness in harnesses:
            closed_at = later(3) if harness.state.ended else None
            await connection.execute(insert(cases), case_row(harness.state, closed_at))
            await connection.execute(insert(tracks), track_rows(harness.state))
            await connection.execute(insert(steps), step_rows(harness.state))


def taken_on(number: int) -> CaseHarness:
    return case_of(number).take(report("t1.examine", "acknowledged"))


def with_task(number: int) -> CaseHarness:
    """Its agency calls its own end a mistake: a person decides."""
    ended = taken_on(number).take(report("t1.examine", "fulfilled", at=later(1)))
    return ended.take(report("t1.examine", "corrected", at=later(2)))


async def shown(database: Database, moment: Moment) -> Board:
    """The board, each of whose numbers was compared with the list behind it."""
    board = await read_board(database, moment)
    for name, wanted in {
        "open": CaseFilter(status="open"),
        "late": CaseFilter(late=True),
        "at_risk": CaseFilter(at_risk=True),
        "stuck": CaseFilter(stuck=True),
        "received_today": CaseFilter(opened_since=moment.midnight),
        "answered_today": CaseFilter(status="answered", closed_since=moment.midnight),
    }.items():
        number = getattr(board.counts, name)
        assert number == await count_cases(database, wanted, moment), name
        assert number == len(await list_cases(database, wanted, moment, 100)), name
    return board


async def test_the_board_counts_what_the_lists_show(database: Database) -> None:
    answered = taken_on(4).take(report("t1.examine", "refused", at=later(2)))
    await store(database, case_of(1), taken_on(2), with_task(3), answered)
    counts = (await shown(database, SHORTLY)).counts
    assert (counts.open, counts.late, counts.at_risk, counts.stuck) == (3, 0, 0, 1)
    assert (counts.received_today, counts.answered_today, counts.in_time_today) == (4, 1, 1)


async def test_a_step_that_nobody_took_on_makes_its_case_stuck(database: Database) -> None:
    await store(database, case_of(1), taken_on(2))
    board = await shown(database, UNTAKEN)
    assert board.counts.stuck == 1
    (line,) = board.agencies
    assert (line.key, line.open, line.not_taken_on, line.oldest) == ("moh", 2, 1, later(0))


async def test_a_case_is_at_risk_before_it_is_late_and_never_both(database: Database) -> None:
    await store(database, taken_on(1))
    nearly, past = await shown(database, NEARLY_DUE), await shown(database, MUCH_LATER)
    assert (nearly.counts.at_risk, nearly.counts.late) == (1, 0)
    assert (past.counts.at_risk, past.counts.late) == (0, 1)
    (service,) = past.services
    assert (service.key, service.open, service.late) == (SEQUENTIAL.code, 1, 1)
    (district,) = past.districts
    assert (district.open, district.late) == (1, 1)


async def test_what_needs_a_person_is_named_with_its_reason_the_worst_first(database: Database) -> None:
    await store(database, case_of(1), taken_on(2), with_task(3))
    found = await read_concerns(database, UNTAKEN, 10)
    assert {concern.case_id: concern.reason for concern in found} == {
        appeal(1).case_id: "undelivered",
        appeal(3).case_id: "task",
    }
    (task,) = (concern for concern in found if concern.reason == "task")
    assert task.task == "correction/t1.examine/1" and task.service == SEQUENTIAL.code
    later_on = await read_concerns(database, MUCH_LATER, 10)
    assert all(concern.late for concern in later_on) and len(later_on) == 3
    assert next(c for c in later_on if c.case_id == appeal(2).case_id).reason == "late"
    assert len(await read_concerns(database, MUCH_LATER, 1)) == 1


@pytest.mark.parametrize("wanted", [CaseFilter(district="nasimi"), CaseFilter(service="no-such")])
async def test_filters_select(database: Database, wanted: CaseFilter) -> None:
    await store(database, case_of(1))
    (case,) = await list_cases(database, CaseFilter(service=SEQUENTIAL.code), SHORTLY, 10)
    assert await list_cases(database, CaseFilter(number=case.tracking_number), SHORTLY, 10) == (case,)
    assert await list_cases(database, wanted, SHORTLY, 10) == ()
    assert await list_cases(database, CaseFilter(), SHORTLY, 10, after=1) == ()
