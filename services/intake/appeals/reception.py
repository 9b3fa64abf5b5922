"""The front desk: takes an acceptable submission through numbering, sealing and signing to its commit."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from kit.clock import Clock
from kit.transient import is_transient
from kit.vault import Vault
from services.intake.appeals.acceptance import Acceptance, Request, compose
from services.intake.appeals.domain import AppealRefused
from services.intake.appeals.group_commit import GroupCommit
from services.intake.appeals.storage import Accepted, AppealStore, Outcome, TrackingSequence
from services.intake.appeals.tracking import tracking_number
from services.intake.settings import IntakeSettings

_YIELD_EVERY = 25
"""Appeals of a batch that are composed before other requests get their turn."""


class Wakeable(Protocol):
    """The relay, as far as the desk needs it."""

    def wake(self) -> None:
        """Something was committed."""


class Reception:
    """Receives appeals. Those that come at once share a transaction."""

    def __init__(
        self,
        settings: IntakeSettings,
        *,
        vault: Vault,
        store: AppealStore,
        numbers: TrackingSequence,
        relay: Wakeable,
        districts: frozenset[str],
    ) -> None:
        self._clock: Clock = settings.clock
        self._vault = vault
        self._store = store
        self._numbers = numbers
        self._relay = relay
        self._districts = districts
        self._group = GroupCommit[Acceptance, Outcome](
            self._commit,
            individually=lambda error: not is_transient(error),
            batch_limit=settings.intake_batch_limit,
            pending_limit=settings.intake_pending_limit,
            workers=settings.intake_commit_workers,
        )

    async def receive(self, request: Request) -> Outcome:
        """What became of the request, once that is committed.

        Raises:
            AppealRefused: the content is too large to be sealed.
            Overloaded: too many appeals wait.
            Exception: whatever the database raised: nothing was accepted, or it cannot be told.
        """
        return await self._group.submit(self._composed(request, await self._numbers.next()))

    async def receive_all(self, requests: Sequence[Request]) -> list[Outcome | Exception]:
        """What became of each request, in order, once that is committed, or why nothing did.

        Raises:
            Overloaded: too many appeals wait.
            Exception: whatever the database raised before anything was accepted.
        """
        composed: list[Acceptance | AppealRefused] = []
        numbers = await self._numbers.take(len(requests)) if requests else []
        for request, number in zip(requests, numbers, strict=True):
            composed.append(self._composed_or_refused(request, number))
            if len(composed) % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
        acceptances = [one for one in composed if isinstance(one, Acceptance)]
        outcomes = iter(await self._group.submit_all(acceptances))
        return [next(outcomes) if isinstance(one, Acceptance) else one for one in composed]

    def _composed(self, request: Request, sequence: int) -> Acceptance:
        received_at = self._clock.now()
        number = tracking_number(received_at, sequence)
        return compose(
            request, self._vault, number=number, received_at=received_at, districts=self._districts
        )

    def _composed_or_refused(self, request: Request, sequence: int) -> Acceptance | AppealRefused:
        try:
            return self._composed(request, sequence)
        except AppealRefused as refused:
            return refused

    async def close(self) -> None:
        """Returns when every appeal under way has its outcome."""
        await self._group.drained()

    async def _commit(self, batch: Sequence[Acceptance]) -> Sequence[Outcome]:
        outcomes = await self._store.accept_all(batch)
        if any(isinstance(outcome, Accepted) for outcome in outcomes):
            self._relay.wake()
        return outcomes
