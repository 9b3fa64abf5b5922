"""The centre's desk: what its staff tell a case, by the one typed client, as an authenticated actor."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Literal

from catalogue.loader import load
from catalogue.model import Catalogue
from catalogue.routing import place
from kit.api_keys import ApiKeys
from kit.clock import Clock
from kit.database import Database
from kit.settings import Settings
from kit.temporal import connect
from kit.vault import Vault
from ledger.store import Ledger
from schemas.actors import Actor
from schemas.agency_statuses import AssignmentStatus
from workflows.case.state import CaseState
from workflows.client import CaseClient
from workflows.contracts import (
    CENTRE,
    CommandOutcome,
    PlaceAppeal,
    Placement,
    ReassignStep,
    ReportStatus,
    Rules,
)

DeskStatus = Literal["acknowledged", "in_progress", "fulfilled", "refused", "note"]

UNKNOWN_CASE = CommandOutcome(accepted=False, code="case.unknown", allowed="`vahid case list` lists cases.")


class Desk:
    """Places, reassigns and reports. Each call is one command, answered with its outcome."""

    def __init__(
        self,
        actor: Actor,
        catalogue: Catalogue,
        cases: CaseClient,
        ledger: Ledger,
        database: Database,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._actor = actor
        self._catalogue = catalogue
        self._cases = cases
        self._ledger = ledger
        self._database = database
        self._vault = vault
        self._clock = clock

    async def place(self, case_id: str, step: str, services: Sequence[str]) -> CommandOutcome:
        """Place the appeal of the triage step `step` with `services`.

        Raises:
            PermanentError: `unknown_service`.
        """
        state = await self._state(case_id)
        if state is None:
            return UNKNOWN_CASE
        district = next((appeal.district for appeal in state.appeals if appeal.district), None)
        placements = tuple(
            Placement(passport=placed.passport, agencies=placed.agencies)
            for placed in place(self._catalogue, services, district)
        )
        command = PlaceAppeal(
            id=_command_id("place", step),
            actor=self._actor,
            received_at=self._clock.now(),
            step=step,
            placements=placements,
        )
        return await self._cases.execute(case_id, command)

    async def reassign(self, case_id: str, step: str, agency_id: str) -> CommandOutcome:
        """Give a step to another agency.

        Raises:
            PermanentError: `unknown_agency`.
        """
        self._catalogue.agency(agency_id)
        command = ReassignStep(
            id=_command_id("reassign", step),
            actor=self._actor,
            received_at=self._clock.now(),
            step=step,
            agency_id=agency_id,
        )
        return await self._cases.execute(case_id, command)

    async def report(
        self,
        case_id: str,
        step: str,
        status: DeskStatus,
        *,
        reason_code: str | None = None,
        note: str | None = None,
    ) -> CommandOutcome:
        """Report on a step that is with the centre. The note is sealed with the case's key."""
        state = await self._state(case_id)
        known = state.step(step) if state else None
        if state is None or known is None:
            return UNKNOWN_CASE
        now, status_id = self._clock.now(), f"desk/{uuid.uuid4()}"
        said = AssignmentStatus(
            status_id=status_id,
            agency_id=CENTRE,
            case_id=case_id,
            step=step,
            attempt=known.attempt,
            status=status,
            raw_code=status,
            occurred_at=now,
            received_at=now,
            reason_code=reason_code,
            sealed_note=await self._sealed(state, note) if note else None,
            via="desk",
        )
        command = ReportStatus(id=status_id, actor=self._actor, received_at=now, status=said)
        return await self._cases.execute(case_id, command)

    async def _state(self, case_id: str) -> CaseState | None:
        row = await self._ledger.case(case_id)
        return None if row is None else CaseState.model_validate(row.state)

    async def _sealed(self, state: CaseState, note: str) -> str:
        async with self._database.transaction() as connection:
            key = await self._vault.data_key(connection, state.appeals[0].case_id)
        return key.seal(note.encode())


@asynccontextmanager
async def open_desk(settings: Settings, token: str | None) -> AsyncIterator[Desk]:
    """A desk for whoever holds the API key `token` with the scope `staff`.

    Raises:
        kit.problem.Problem: the key is unknown, or not for staff.
    """
    database = Database(settings.database_url, pool_size=4)
    try:
        actor = await ApiKeys(database).authenticate(token, "staff")
        catalogue, clock = load(settings.catalogue), settings.clock
        client = await connect(settings.temporal_address, settings.temporal_namespace)
        cases = CaseClient(client, partial(Rules.of, catalogue), clock)
        yield Desk(actor, catalogue, cases, Ledger(database), database, Vault(settings.keys), clock)
    finally:
        await database.close()


def _command_id(kind: str, step: str) -> str:
    return f"desk/{kind}/{step}/{uuid.uuid4()}"
