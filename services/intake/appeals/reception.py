"""The reception of appeals: numbers, seals and signs an acceptable submission, and commits it."""

import asyncio
from collections.abc import Sequence

from kit.clock import Clock
from kit.outbox.relay import Relay
from kit.transient import is_transient
from kit.vault import Vault
from services.intake.appeals.acceptance import AppealAcceptance, SubmittedAppeal, compose
from services.intake.appeals.domain import AppealRefused
from services.intake.appeals.group_commit import GroupCommit
from services.intake.appeals.storage import AppealOutcome, AppealStore, TrackingSequence
from services.intake.appeals.tracking import tracking_number
from services.intake.idempotency import Accepted
from services.intake.settings import IntakeSettings

_YIELD_EVERY = 25
"""Appeals of a batch that are composed before other tasks may run."""


class Reception:
    """Receives appeals. Those that come at once share a transaction."""

    def __init__(
        self,
        settings: IntakeSettings,
        *,
        vault: Vault,
        store: AppealStore,
        numbers: TrackingSequence,
        relay: Relay,
    ) -> None:
        self._clock: Clock = settings.clock
        self._vault = vault
        self._store = store
        self._numbers = numbers
        self._relay = relay
        self._group = GroupCommit[AppealAcceptance, AppealOutcome](
            self._commit,
            individually=lambda error: not is_transient(error),
            batch_limit=settings.intake_batch_limit,
            pending_limit=settings.intake_pending_limit,
            workers=settings.intake_commit_workers,
        )

    async def receive(self, submitted: SubmittedAppeal) -> AppealOutcome:
        """The outcome, once it is committed.

        Raises:
            AppealRefused: the content is too large to be sealed.
            Overloaded: too many appeals wait.
            Exception: whatever the database raised: nothing was accepted, or that is unknown.
        """
        return await self._group.submit(self._composed(submitted, await self._numbers.next()))

    async def receive_all(self, batch: Sequence[SubmittedAppeal]) -> list[AppealOutcome | Exception]:
        """The outcome of each, in order, once it is committed, or what prevented it.

        Raises:
            Overloaded: too many appeals wait.
            Exception: whatever the database raised before anything was accepted.
        """
        composed: list[AppealAcceptance | AppealRefused] = []
        numbers = await self._numbers.take(len(batch)) if batch else []
        for submitted, number in zip(batch, numbers, strict=True):
            composed.append(self._composed_or_refused(submitted, number))
            if len(composed) % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
        acceptances = [result for result in composed if isinstance(result, AppealAcceptance)]
        outcomes = iter(await self._group.submit_all(acceptances))
        return [next(outcomes) if isinstance(result, AppealAcceptance) else result for result in composed]

    def _composed(self, submitted: SubmittedAppeal, sequence: int) -> AppealAcceptance:
        now = self._clock.now()
        return compose(submitted, self._vault, number=tracking_number(now, sequence), now=now)

    def _composed_or_refused(
        self, submitted: SubmittedAppeal, sequence: int
    ) -> AppealAcceptance | AppealRefused:
        try:
            return self._composed(submitted, sequence)
        except AppealRefused as refused:
            return refused

    async def close(self) -> None:
        """Returns when every appeal under way has its outcome."""
        await self._group.drained()

    async def _commit(self, batch: Sequence[AppealAcceptance]) -> Sequence[AppealOutcome]:
        outcomes = await self._store.accept_all(batch)
        if any(isinstance(outcome, Accepted) for outcome in outcomes):
            self._relay.wake()
        return outcomes
