"""The front desk: takes an acceptable submission through numbering, sealing and signing to its commit."""

from collections.abc import Sequence
from typing import Protocol

from kit.clock import Clock
from kit.database import is_transient
from kit.vault import Vault
from services.intake.acceptance import Acceptance, Request, compose
from services.intake.group_commit import GroupCommit
from services.intake.settings import IntakeSettings
from services.intake.storage import Accepted, AppealStore, Outcome, TrackingSequence
from services.intake.tracking import tracking_number


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
            lanes=settings.intake_lanes,
        )

    async def receive(self, request: Request) -> Outcome:
        """What became of the request, once that is committed.

        Raises:
            AppealRefused: the content is too large to be sealed.
            Overloaded: too many appeals wait.
            Exception: whatever the database raised: nothing was accepted, or it cannot be told.
        """
        sequence = await self._numbers.next()
        received_at = self._clock.now()
        number = tracking_number(received_at, sequence)
        acceptance = compose(
            request, self._vault, number=number, received_at=received_at, districts=self._districts
        )
        return await self._group.submit(acceptance)

    async def close(self) -> None:
        """Returns when every appeal under way has its outcome."""
        await self._group.drained()

    async def _commit(self, batch: Sequence[Acceptance]) -> Sequence[Outcome]:
        outcomes = await self._store.accept_all(batch)
        if any(isinstance(outcome, Accepted) for outcome in outcomes):
            self._relay.wake()
        return outcomes
