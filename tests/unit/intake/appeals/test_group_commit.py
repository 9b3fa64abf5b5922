"""Group commit: shared transactions, own outcomes."""

import asyncio
from collections.abc import Sequence

import pytest

from services.intake.appeals.group_commit import GroupCommit, Overloaded


class Ledger:
    """Commits numbers; waits at `gate`; a negative number is a fault of its own."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.gate = asyncio.Event(), asyncio.Event()
        self.failure: Exception | None = None

    async def commit(self, batch: Sequence[int]) -> list[int]:
        self.batches.append(list(batch))
        self.begun.set()
        await self.gate.wait()
        if self.failure:
            raise self.failure
        if any(number < 0 for number in batch):
            raise ValueError("negative")
        return [number * 10 for number in batch]


def group(ledger: Ledger, **limits: int) -> GroupCommit[int, int]:
    return GroupCommit(ledger.commit, individually=lambda error: isinstance(error, ValueError), **limits)


async def submit_all(
    tested: GroupCommit[int, int], numbers: Sequence[int], ledger: Ledger
) -> list[int | BaseException]:
    tasks = [asyncio.create_task(tested.submit(number)) for number in numbers]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ledger.gate.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_many_at_once_share_a_commit_and_one_fails_alone() -> None:
    ledger = Ledger()
    ledger.gate.set()
    first, failed, last = await group(ledger).submit_all([1, -2, 3])
    assert (first, last) == (10, 30) and isinstance(failed, ValueError)
    assert ledger.batches == [[1, -2, 3], [1], [-2], [3]]
    assert await group(ledger).submit_all([]) == []


async def test_many_at_once_are_refused_whole_when_too_many_wait() -> None:
    ledger = Ledger()
    tested = group(ledger, pending_limit=2, batch_limit=1, workers=1)
    waiting = asyncio.create_task(tested.submit_all([1, 2, 3]))
    await ledger.begun.wait()
    with pytest.raises(Overloaded):
        await tested.submit_all([4])
    ledger.gate.set()
    assert await waiting == [10, 20, 30]


async def test_what_waits_goes_together_and_each_gets_its_own() -> None:
    ledger = Ledger()
    tested = group(ledger, workers=1)
    first = asyncio.create_task(tested.submit(1))
    await ledger.begun.wait()
    assert await submit_all(tested, [2, 3, 4], ledger) == [20, 30, 40]
    assert await first == 10
    assert ledger.batches == [[1], [2, 3, 4]]


async def test_batches_have_a_limit() -> None:
    ledger = Ledger()
    results = await submit_all(group(ledger, workers=1, batch_limit=3), range(1, 8), ledger)
    assert results == [10, 20, 30, 40, 50, 60, 70]
    assert [len(batch) for batch in ledger.batches] == [3, 3, 1]


async def test_one_faulty_item_does_not_fail_the_others() -> None:
    ledger = Ledger()
    results = await submit_all(group(ledger), [1, -2, 3], ledger)
    assert (results[0], results[2]) == (10, 30) and isinstance(results[1], ValueError)


async def test_a_database_that_is_away_fails_all_and_is_asked_once() -> None:
    ledger = Ledger()
    ledger.failure = OSError("away")
    results = await submit_all(group(ledger), [1, 2, 3], ledger)
    assert all(isinstance(result, OSError) for result in results)
    assert ledger.batches == [[1, 2, 3]]


async def test_an_answer_that_does_not_fit_its_batch_reaches_everybody_as_an_error() -> None:
    async def short(batch: Sequence[int]) -> list[int]:
        return []

    tested = GroupCommit[int, int](short, individually=lambda error: False)
    with pytest.raises(ValueError, match="zip"):
        await asyncio.wait_for(tested.submit(1), 5)


async def test_a_caller_who_leaves_undoes_nothing_and_stops_nobody() -> None:
    ledger = Ledger()
    tested = group(ledger, workers=1)
    leaving = asyncio.create_task(tested.submit(1))
    await ledger.begun.wait()
    leaving.cancel()
    assert await submit_all(tested, [2], ledger) == [20]
    await tested.drained()
    assert ledger.batches == [[1], [2]]


async def test_more_than_may_wait_is_refused() -> None:
    ledger = Ledger()
    tested = group(ledger, workers=1, batch_limit=1, pending_limit=2)
    results = await submit_all(tested, range(5), ledger)
    assert sum(isinstance(result, Overloaded) for result in results) >= 1
    assert any(isinstance(result, int) for result in results)


async def test_nothing_is_left_waiting_when_workers_end_and_begin() -> None:
    ledger = Ledger()
    ledger.gate.set()
    tested = group(ledger, workers=1, batch_limit=2)

    async def one_after_another(start: int) -> list[int]:
        return [await tested.submit(start + step) for step in range(50)]

    results = await asyncio.wait_for(asyncio.gather(*(one_after_another(each) for each in range(5))), 10)
    assert results == [[(each + step) * 10 for step in range(50)] for each in range(5)]


async def test_who_waits_is_let_go_when_the_worker_itself_fails() -> None:
    async def fails(batch: Sequence[int]) -> list[int]:
        raise ValueError

    def broken(error: Exception) -> bool:
        raise RuntimeError

    tested = GroupCommit[int, int](fails, individually=broken)
    waiting = [asyncio.create_task(tested.submit(number)) for number in range(2)]
    done, _ = await asyncio.wait(waiting, timeout=5)
    assert len(done) == 2 and all(task.cancelled() for task in done)
