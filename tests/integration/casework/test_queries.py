"""Queries of casework on a real PostgreSQL: what is listed, what is late, what waits, which case is meant."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from casework.commands import staff
from casework.computed_on_read import Moment
from casework.queries.case_details import find_case_id, read_case
from casework.queries.case_list import CaseFilter, count_open_cases, list_cases, open_case_ids
from casework.queries.step_queue import queued_steps
from kit.database import Database
from kit.errors import PermanentError
from ledger.appending import ReadModel
from ledger.store import Ledger
from ledger.tables import cases, steps
from tests.builders import PARALLEL, RULES, SEQUENTIAL, appeal, later, place, receive, report
from tests.unit.casework.harness import CaseHarness
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.state import CaseState

pytestmark = pytest.mark.stack

NOW = later(48)
LONG_AFTER = later(24 * 60)
SHORTLY, MUCH_LATER = (Moment.of(RULES.calendar, at) for at in (NOW, LONG_AFTER))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_size=2)
    async with database.transaction() as connection:
        await connection.execute(cases.delete())
        await connection.execute(steps.delete())
    yield database
    await database.close()


def case_of(number: int, *commands: object) -> CaseHarness:
    """A case of its own whose first appeal has that number."""
    harness = CaseHarness()
    harness.state = harness.state.model_copy(update={"case_id": appeal(number).case_id})
    return harness.take(receive(SEQUENTIAL, number=number), *commands)  # type: ignore[arg-type]


async def store(database: Database, *harnesses: CaseHarness, closed_at: datetime | None = None) -> None:
    """Store the read model of the cases."""
    async with database.transaction() as connection:
        for harness in harnesses:
            await connection.execute(insert(cases), case_row(harness.state, closed_at))
            await connection.execute(insert(steps), step_rows(harness.state))


async def record(database: Database, number: int) -> None:
    """Record a case with its history, as the worker does."""
    empty = CaseState(case_id=appeal(number).case_id)
    opened = decide_all(empty, [receive(SEQUENTIAL, number=number)], NOW, RULES)
    after = fold(empty, opened)
    model = ReadModel(case_row(after, NOW), track_rows(after), step_rows(after))
    await Ledger(database).append_or_adopt(empty.case_id, empty.seq, empty.head, opened, model)


async def test_the_triage_list_has_what_is_suggested_until_a_person_chose(database: Database) -> None:
    waiting, placed = CaseHarness(), CaseHarness()
    for number, harness in enumerate((waiting, placed), start=2):
        harness.state = harness.state.model_copy(update={"case_id": appeal(number).case_id})
        harness.take(receive(number=number).model_copy(update={"suggestions": ("c", "a", "b")}))
    placed.take(place("t1.triage", PARALLEL))
    await store(database, case_of(1), waiting, placed)
    listed = await list_cases(database, CaseFilter(triage=True), SHORTLY, 10)
    assert [(case.case_id, case.suggestions) for case in listed] == [(waiting.state.case_id, ("c", "a", "b"))]
    every = await list_cases(database, CaseFilter(), SHORTLY, 10)
    assert {case.case_id: case.suggestions for case in every}[placed.state.case_id] == ()


async def test_a_list_has_the_earliest_due_first_and_names_whom_a_case_waits_for(database: Database) -> None:
    sequential, parallel = case_of(1), CaseHarness()
    parallel.state = parallel.state.model_copy(update={"case_id": appeal(2).case_id})
    parallel.take(receive(PARALLEL, number=2, at=later(30)))
    await store(database, parallel, sequential)
    listed = await list_cases(database, CaseFilter(), SHORTLY, 10)
    assert [case.case_id for case in listed] == [sequential.state.case_id, parallel.state.case_id]
    assert [case.waiting_for for case in listed] == [("moh",), ("mlspp", "moh")]
    assert [case.late for case in listed] == [False, False]
    assert len(await list_cases(database, CaseFilter(), SHORTLY, 1)) == 1
    at_mlspp = await list_cases(database, CaseFilter(agency="mlspp"), SHORTLY, 10)
    assert [case.case_id for case in at_mlspp] == [parallel.state.case_id]


async def test_late_is_computed_at_the_time_of_the_query(database: Database) -> None:
    await store(database, case_of(1))
    assert await list_cases(database, CaseFilter(late=True), SHORTLY, 10) == ()
    (late,) = await list_cases(database, CaseFilter(late=True), MUCH_LATER, 10)
    assert late.late


async def test_an_answered_case_is_late_as_the_ledger_has_it(database: Database) -> None:
    """It was answered in time: the statuses came in before the term, and were recorded after it."""
    answered = case_of(1).take(report("t1.examine", "refused"))
    assert answered.state.status == "answered" and answered.state.in_time
    await store(database, answered, closed_at=LONG_AFTER)
    (case,) = await list_cases(database, CaseFilter(status="answered"), MUCH_LATER, 10)
    assert not case.late and case.outcome == "refused" and case.waiting_for == ()
    assert await list_cases(database, CaseFilter(late=True), MUCH_LATER, 10) == ()


async def test_cases_with_an_open_task_are_listed_with_it(database: Database) -> None:
    corrected = case_of(1).take(report("t1.examine", "fulfilled"))
    corrected.take(report("t1.examine", "corrected", at=later(2)))
    await store(database, corrected, case_of(2))
    (case,) = await list_cases(database, CaseFilter(tasks=True), SHORTLY, 10)
    assert case.tasks == ("correction/t1.examine/1",)
    assert await list_cases(database, CaseFilter(agenda=True), SHORTLY, 10) == ()
    settled = staff.settle("correction/t1.examine/1", "dismiss")
    assert corrected.execute(settled, at=later(4)) == "accepted"
    async with database.transaction() as connection:
        await connection.execute(
            cases.update().where(cases.c.case_id == case.case_id), case_row(corrected.state, None)
        )
    assert await list_cases(database, CaseFilter(tasks=True), SHORTLY, 10) == ()


async def test_open_cases_are_paged_by_their_ids(database: Database) -> None:
    answered = case_of(3).take(report("t1.examine", "refused"))
    await store(database, case_of(1), case_of(2))
    await store(database, answered, closed_at=NOW)
    assert await count_open_cases(database) == 2
    first = await open_case_ids(database, "", 1)
    second = await open_case_ids(database, first[0], 5)
    assert sorted(first + second) == first + second and answered.state.case_id not in first + second
    assert len(first + second) == 2


async def test_the_queue_of_an_agency_has_its_running_steps_the_oldest_first(database: Database) -> None:
    later_case = CaseHarness()
    later_case.state = later_case.state.model_copy(update={"case_id": appeal(2).case_id})
    later_case.take(receive(SEQUENTIAL, number=2, at=later(5)))
    await store(database, later_case, case_of(1), case_of(3).take(report("t1.examine", "fulfilled")))
    queue = await queued_steps(database, "moh")
    assert [queued.case_id for queued in queue] == [appeal(1).case_id, appeal(2).case_id]
    assert (queue[0].step, queue[0].tracking_number) == ("t1.examine", appeal(1).tracking_number)
    assert [queued.step for queued in await queued_steps(database, "mlspp")] == ["t1.decide"]


async def test_a_tracking_number_means_the_open_case_before_the_closed_one(database: Database) -> None:
    """A split leaves the appeal in two cases; the first one was answered."""
    answered = case_of(1).take(report("t1.examine", "refused"))
    await store(database, answered, closed_at=NOW)
    number = appeal(1).tracking_number
    assert await find_case_id(database, number) == appeal(1).case_id
    other = case_of(2)
    other.state = other.state.model_copy(update={"appeals": answered.state.appeals})
    await store(database, other)
    assert await find_case_id(database, number) == appeal(2).case_id
    assert await find_case_id(database, "VHD-21-9999999-9") is None


async def test_a_case_in_detail_is_late_by_the_time_of_the_query(database: Database) -> None:
    await record(database, 1)
    number = appeal(1).tracking_number
    before, after = [await read_case(database, number, now) for now in (NOW, NOW + timedelta(days=60))]
    assert (before.late, after.late) == (False, True)
    assert before.case.steps[0].key == "t1.examine"
    assert [entry["seq"] for entry in before.entries] == list(range(1, before.case.seq + 1))
    with pytest.raises(PermanentError, match=r"case\.unknown"):
        await read_case(database, "VHD-21-9999999-9", NOW)
