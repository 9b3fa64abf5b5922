"""The centre's staff in a demonstration: they place what waits in triage and settle what agencies hand back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from casework.session import CaseworkSession
from sqlalchemy import select

from casework import staff_commands as staff
from catalogue.terms import CENTRE
from kit.database import Database, is_transient
from ledger.tables import cases, steps
from workflows.case.commands import CommandOutcome
from workflows.case.rules import TRIAGE

PAUSE_SECONDS = 0.5
STAFF = 4
"""How many work at the desk at once."""
NOT_COMPETENT = "not_competent"

log = structlog.get_logger()


class CentreStaff:
    """Works off the open steps of the centre, oldest first, with the desk's own commands.

    `meant` tells, by tracking number, the service that a person would read from an appeal.
    """

    def __init__(
        self, session: CaseworkSession, database: Database, meant: Callable[[str], str | None]
    ) -> None:
        self._session = session
        self._database = database
        self._meant = meant

    async def work(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        while not stop.is_set():
            await self._settle_what_waits()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)

    async def _settle_what_waits(self) -> None:
        """Settle every open step; one that gives no answer now comes up again at the next look."""
        places = asyncio.Semaphore(STAFF)

        async def settle(row: Any) -> None:
            async with places, _patience():
                await self._settle(row.case_id, row.step, row.tracking_number)

        async with _patience():
            await asyncio.gather(*(settle(row) for row in await self._waiting()))

    async def _waiting(self) -> Any:
        query = (
            select(
                steps.c.case_id,
                steps.c.step,
                cases.c.state["appeals"][0]["tracking_number"].astext.label("tracking_number"),
            )
            .join(cases, cases.c.case_id == steps.c.case_id)
            .where(steps.c.agency_id == CENTRE, steps.c.status == "dispatched")
            .order_by(steps.c.dispatched_at)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(query)).all()

    async def _settle(self, case_id: str, step: str, tracking_number: str) -> CommandOutcome:
        service = self._meant(tracking_number)
        if step.endswith(f".{TRIAGE}") and service is not None:
            return await self._session.give(case_id, staff.place(step, [service]))
        note = "Müraciətiniz üzrə hazırda səlahiyyətli orqan qoşulmayıb; mərkəz sizinlə əlaqə saxlayacaq."
        return await self._session.give(case_id, staff.report(step, "refused", NOT_COMPETENT), note=note)


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    """Bear an error that passes by itself: what is open comes up at the next look."""
    try:
        yield
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("demo.desk_waits", error=type(error).__name__)
