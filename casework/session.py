"""Hands what a person says to a case, by the one typed client, as an authenticated actor."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Literal

from pydantic import ValidationError

from casework.command_context import CommandBuilder, CommandContext
from catalogue.loader import load
from catalogue.model import Catalogue
from kit.api_keys import ApiKeys
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError
from kit.settings import Settings
from kit.temporal import connect
from kit.vault import Vault
from ledger.store import Ledger
from schemas.actors import Actor
from workflows.case.commands import CommandOutcome
from workflows.case.rules import Rules
from workflows.case.state import CaseState
from workflows.client import CaseClient

Scope = Literal["staff", "commission"]
"""What an API key must be for. The staff also speak in the applicant's name."""

UNKNOWN_CASE = CommandOutcome(accepted=False, code="case.unknown", allowed="`vahid case list` lists cases.")


class CaseworkSession:
    """Gives cases commands in the name of one actor; each is answered with its outcome."""

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

    async def give(
        self,
        case_id: str,
        builder: CommandBuilder,
        *,
        note: str | None = None,
        key: str | None = None,
        other: str | None = None,
    ) -> CommandOutcome:
        """Say something to a case; a note is sealed with the case's key before it goes anywhere.

        Said again under the same `key` it is the same command, and gets the outcome that it had. `other` is
        the id of another case that it is about.

        Raises:
            PermanentError: it names what is not there, or `command.invalid`.
            TransientError: `case.no_answer`: the case gave no answer; say it again under the same key.
        """
        state = await self._state(case_id)
        spoken_of = None if other is None else await self._state(other)
        if state is None or (other is not None and spoken_of is None):
            return UNKNOWN_CASE
        context = CommandContext(
            key=key or str(uuid.uuid4()),
            actor=self._actor,
            at=self._clock.now(),
            case=state,
            catalogue=self._catalogue,
            note=None if note is None else await self._sealed(state, note),
            other=spoken_of,
        )
        try:
            command = builder(context)
        except ValidationError as error:
            raise _invalid(error) from None
        return await self._cases.execute(case_id, command)

    async def _state(self, case_id: str) -> CaseState | None:
        row = await self._ledger.case(case_id)
        return None if row is None else CaseState.model_validate(row.state)

    async def _sealed(self, state: CaseState, note: str) -> str:
        async with self._database.transaction() as connection:
            key = await self._vault.data_key(connection, state.appeals[0].case_id)
        return key.seal(note.encode())


@asynccontextmanager
async def open_session(
    settings: Settings, token: str | None, scope: Scope = "staff"
) -> AsyncIterator[CaseworkSession]:
    """A desk for whoever holds the API key `token` with that scope.

    Raises:
        kit.problem.Problem: the key is unknown, or for something else.
    """
    database = Database(settings.database_url, pool_size=8)
    try:
        actor = await ApiKeys(database).authenticate(token, scope)
        catalogue, clock = load(settings.catalogue), settings.clock
        client = await connect(settings.temporal_address, settings.temporal_namespace)
        cases = CaseClient(client, partial(Rules.of, catalogue), clock)
        yield CaseworkSession(
            actor, catalogue, cases, Ledger(database), database, Vault(settings.keys), clock
        )
    finally:
        await database.close()


def _invalid(error: ValidationError) -> PermanentError:
    """The places that are wrong and the rule; never what was said."""
    places = "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
        for one in error.errors(include_input=False, include_url=False)
    )
    return PermanentError("command.invalid", f"The command is not complete or not valid: {places}.")
