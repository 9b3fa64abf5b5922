"""A session of casework: executes commands in the name of one authenticated actor."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Literal

from pydantic import ValidationError

from casework.commands.context import CommandBuilder, CommandContext
from casework.errors import GIVE_CASE
from casework.queries.case_details import find_case_id
from catalogue.loader import load
from catalogue.model import Catalogue
from kit.api_keys import ApiKeys
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError
from kit.settings import Settings
from kit.temporal import connect
from kit.vault import Vault
from ledger.appeal_contents import appeals_in
from ledger.store import Ledger
from schemas.actors import Actor
from schemas.case_events import RecordedEvent
from workflows.case.commands import CommandOutcome
from workflows.case.evolve.evolver import fold
from workflows.case.rules import Rules
from workflows.case.state import CaseState
from workflows.client import CaseClient

Scope = Literal["staff", "commission"]
"""What an API key must be for. The staff also command in the applicant's name."""

UNKNOWN_CASE = CommandOutcome(accepted=False, code="case.unknown", allowed=GIVE_CASE)


class CaseworkSession:
    """Executes commands of one actor on cases, through the one typed client. Cheap to make."""

    def __init__(
        self,
        actor: Actor,
        catalogue: Catalogue,
        cases: CaseClient,
        database: Database,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._actor = actor
        self._catalogue = catalogue
        self._cases = cases
        self._ledger = Ledger(database)
        self._database = database
        self._vault = vault
        self._clock = clock

    async def execute(
        self,
        case: str,
        builder: CommandBuilder,
        *,
        note: str | None = None,
        key: str | None = None,
        other: str | None = None,
    ) -> CommandOutcome:
        """Build a command and execute it on `case` (an id or a tracking number); return its outcome.

        `note` is free text: it is sealed with the case's key first. The same command under the same `key` is
        executed once, and has one outcome. `other` is the second case of a command about two. A case that
        does not exist is a refusal, `case.unknown`.

        Raises:
            PermanentError: the builder's, or `command.invalid`.
            TransientError: `case.no_answer`; execute it again under the same key.
        """
        history = await self._history(case)
        state = _folded(history)
        other_state = None if other is None else _folded(await self._history(other))
        if state is None or (other is not None and other_state is None):
            return UNKNOWN_CASE
        key = key or str(uuid.uuid4())
        context = CommandContext(
            key=key,
            actor=self._actor,
            at=self._clock.now(),
            case=state,
            catalogue=self._catalogue,
            note=None if note is None else await self._sealed(state, note, key),
            other=other_state,
            appeals=appeals_in(event.payload for event in history),
        )
        try:
            command = builder(context)
        except ValidationError as error:
            raise _invalid(error) from None
        return await self._cases.execute(state.case_id, command)

    async def _history(self, case: str) -> tuple[RecordedEvent, ...]:
        case_id = await find_case_id(self._database, case)
        return () if case_id is None else await self._ledger.history(case_id)

    async def _sealed(self, state: CaseState, note: str, command_key: str) -> str:
        """The note, sealed alike for each try of the command."""
        async with self._database.transaction() as connection:
            key = await self._vault.data_key(connection, state.appeals[0].case_id)
        return key.seal(note.encode(), under=command_key)


@asynccontextmanager
async def open_session(
    settings: Settings, token: str | None, scope: Scope = "staff"
) -> AsyncIterator[CaseworkSession]:
    """A session for the holder of the API key `token`, which must have that scope.

    Raises:
        kit.problem.Problem: the key is unknown, or has another scope.
    """
    database = Database(settings.database_url, pool_size=8)
    try:
        actor = await ApiKeys(database).authenticate(token, scope)
        catalogue, clock = load(settings.catalogue), settings.clock
        client = await connect(settings.temporal_address, settings.temporal_namespace, keys=settings.keys)
        cases = CaseClient(client, partial(Rules.of, catalogue), clock)
        yield CaseworkSession(actor, catalogue, cases, database, Vault(settings.keys), clock)
    finally:
        await database.close()


def _folded(history: Sequence[RecordedEvent]) -> CaseState | None:
    return fold(CaseState(case_id=history[0].case_id), history) if history else None


def _invalid(error: ValidationError) -> PermanentError:
    """Name the fields and the rules; never the values."""
    places = "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False)
    )
    return PermanentError("command.invalid", f"The command is not complete or not valid: {places}.")
