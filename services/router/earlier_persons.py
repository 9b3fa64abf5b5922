"""Compares who brought an appeal with who brought the earlier ones under the same FIN. It stays in memory."""

from collections.abc import Collection, Mapping, Sequence

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.person_names import same_person
from kit.vault import KeyDestroyedError, KeyMissingError, SealBrokenError, Vault
from ledger.tables import events
from schemas.appeals import AppealContent, AppealReceived, Channel
from schemas.case_lifecycle_events import Confirmation
from schemas.frozen import CaseId
from services.router.case_choice import EarlierClaim
from services.router.commands import APPEAL_COMMAND
from services.router.confirmation import Identity, confirmation_of, names_agree
from services.router.tables import routing_decisions


class EarlierPersons:
    """Opens sealed names where their blind indexes differ: one may be misspelt, a patronymic missing."""

    def __init__(self, vault: Vault, checking: Collection[Channel]) -> None:
        self._vault = vault
        self._checking = checking

    async def confirm(
        self, connection: AsyncConnection, appeal: AppealReceived, claims: Sequence[EarlierClaim]
    ) -> Mapping[EarlierClaim, Confirmation]:
        """The pending ones of `claims` that are of the appeal's person, and what confirms it.

        An earlier appeal that is not in the ledger yet, that does not open, or whose person is forgotten,
        confirms nothing unless its names stand in the same spelling.
        """
        confirmed: dict[EarlierClaim, Confirmation] = {}
        for claim in claims:
            if claim.pending and (by := await self._confirmation(connection, appeal, claim)) is not None:
                confirmed[claim] = by
        return confirmed

    async def _confirmation(
        self, connection: AsyncConnection, appeal: AppealReceived, claim: EarlierClaim
    ) -> Confirmation | None:
        stated = None if claim.person else await self._recorded(connection, claim.appeal_id)
        earlier = claim.person or (Identity.of(stated) if stated is not None else None)
        if earlier is None:
            return None
        new = Identity.of(appeal)
        by = confirmation_of(new, earlier, self._checking)
        if by is None or names_agree(new, earlier):
            return by
        stated = stated or await self._recorded(connection, earlier.appeal_id)
        return by if stated is not None and await self._agree(connection, appeal, stated) else None

    async def _recorded(self, connection: AsyncConnection, appeal_id: CaseId) -> AppealReceived | None:
        """The appeal as it stands in the ledger, in the case to which it was routed."""
        routed = select(routing_decisions.c.case_id).where(routing_decisions.c.appeal_id == appeal_id)
        stated = events.c.entry.cast(JSONB)["payload"]["appeal"]
        query = select(stated).where(
            events.c.case_id == routed.scalar_subquery(), events.c.cause == f"{APPEAL_COMMAND}{appeal_id}"
        )
        for found in (await connection.execute(query)).scalars():
            if found is not None:
                return AppealReceived.model_validate(found)
        return None

    async def _agree(self, connection: AsyncConnection, new: AppealReceived, earlier: AppealReceived) -> bool:
        mine, theirs = await self._person(connection, new), await self._person(connection, earlier)
        return mine is not None and theirs is not None and same_person(mine, theirs)

    async def _person(
        self, connection: AsyncConnection, appeal: AppealReceived
    ) -> AppealContent.Person | None:
        """The applicant; None for one who cannot be read, and so is not known to be the same."""
        try:
            opened = await self._vault.open(connection, appeal.sealed)
            return AppealContent.model_validate_json(opened).applicant
        except (KeyDestroyedError, KeyMissingError, SealBrokenError, ValidationError):
            return None
