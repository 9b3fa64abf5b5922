"""Group commit: what arrives during one transaction goes together into the next.

A single item does not wait; under load many items share the price of a commit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from kit.errors import TransientError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Overloaded(TransientError):
    """More items wait than may wait."""


class GroupCommit(Generic[Item, Result]):
    """Gathers items for `commit`, which returns one result for each, in order.

    At most `workers` calls of `commit` run at once, each with at most `batch_limit` items. When a call of
    several items fails and `individually` accepts its error, each item is tried alone, so that one cannot
    fail the others. Any other error goes to all of them.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        individually: Callable[[Exception], bool],
        batch_limit: int = 100,
        pending_limit: int = 2_000,
        workers: int = 2,
    ) -> None:
        self._commit = commit
        self._individually = individually
        self._batch_limit = batch_limit
        self._pending_limit = pending_limit
        self._workers = workers
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._busy = 0  # counted by the worker itself: its task is done only one iteration of the loop later
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: Item) -> Result:
        """The result of `item` once its transaction has ended. A cancelled caller does not undo the item.

        Raises:
            Overloaded: `pending_limit` items wait already.
            Exception: whatever `commit` raised.
        """
        return await self._enter([item])[0]

    async def submit_all(self, items: Sequence[Item]) -> list[Result | Exception]:
        """For each of `items`, in order, its result, or what `commit` raised for it.

        Raises:
            Overloaded: `pending_limit` items wait already.
        """
        results = await asyncio.gather(*self._enter(items), return_exceptions=True)
        return [_raised_unless_usual(result) for result in results]

    def _enter(self, items: Sequence[Item]) -> list["asyncio.Future[Result]"]:
        if len(self._waiting) >= self._pending_limit:
            raise Overloaded("intake.overloaded", "Too many appeals wait to be stored.")
        loop = asyncio.get_running_loop()
        waiting = [(item, loop.create_future()) for item in items]
        self._waiting += waiting
        self._start_worker()
        return [result for _, result in waiting]

    async def drained(self) -> None:
        """Returns when nothing waits and nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _start_worker(self) -> None:
        if self._busy >= self._workers:
            return
        self._busy += 1
        worker = asyncio.create_task(self._work(), name="group-commit")
        self._tasks.add(worker)
        worker.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        try:
            while self._waiting:
                batch = self._waiting[: self._batch_limit]
                del self._waiting[: self._batch_limit]
                await self._settle(batch)
                batch = []
        finally:
            self._busy -= 1
            for _, waiting in batch:  # the worker itself was ended: nothing is left to settle them
                waiting.cancel()

    async def _settle(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._commit([item for item, _ in batch])
            answered = list(zip(batch, results, strict=True))
        except Exception as error:  # noqa: BLE001 - every caller that waits gets it
            await self._failed(batch, error)
            return
        for (_, waiting), result in answered:
            if not waiting.done():
                waiting.set_result(result)

    async def _failed(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]], error: Exception) -> None:
        if len(batch) > 1 and self._individually(error):
            for item in batch:
                await self._settle([item])
            return
        for _, waiting in batch:
            if not waiting.done():
                waiting.set_exception(error)


def _raised_unless_usual(result: Result | BaseException) -> Result | Exception:
    """A worker that was ended cancels those who wait for it: that is no item's failure."""
    if isinstance(result, BaseException) and not isinstance(result, Exception):
        raise result
    return result
