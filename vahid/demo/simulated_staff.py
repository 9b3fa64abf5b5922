"""The centre's staff in a demonstration: they place appeals in triage and settle forwarded steps."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from casework.commands import staff
from casework.commands.session import CaseworkSession
from casework.queries.step_queue import QueuedStep, queued_steps
from catalogue.terms import CENTRE
from kit.database import Database
from kit.transient import is_transient
from workflows.case.commands import CommandOutcome
from workflows.case.rules import TRIAGE

PAUSE_SECONDS = 0.5
STAFF = 4
"""How many work at once."""
NOT_COMPETENT = "not_competent"

log = structlog.get_logger()


class CentreStaff:
    """Settles the open steps of the centre, oldest first, with the commands of casework.

    `intended_service` gives, for a tracking number, the service that a person would read from the appeal.
    """

    def __init__(
        self, session: CaseworkSession, database: Database, intended_service: Callable[[str], str | None]
    ) -> None:
        self._session = session
        self._database = database
        self._intended_service = intended_service

    async def work(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        while not stop.is_set():
            await self._settle_open_steps()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)

    async def _settle_open_steps(self) -> None:
        """Settle every open step; one that fails for now is still open in the next round."""
        slots = asyncio.Semaphore(STAFF)

        async def settle(queued: QueuedStep) -> None:
            async with slots, _tolerate_transient():
                await self._settle(queued.case_id, queued.step, queued.tracking_number)

        async with _tolerate_transient():
            await asyncio.gather(*(settle(queued) for queued in await queued_steps(self._database, CENTRE)))

    async def _settle(self, case_id: str, step: str, tracking_number: str) -> CommandOutcome:
        service = self._intended_service(tracking_number)
        if step.endswith(f".{TRIAGE}") and service is not None:
            return await self._session.execute(case_id, staff.place(step, [service]))
        note = "Müraciətiniz üzrə hazırda səlahiyyətli orqan qoşulmayıb; mərkəz sizinlə əlaqə saxlayacaq."
        return await self._session.execute(case_id, staff.report(step, "refused", NOT_COMPETENT), note=note)


@asynccontextmanager
async def _tolerate_transient() -> AsyncIterator[None]:
    """Log an error that passes by itself: the open step comes up again in the next round."""
    try:
        yield
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("demo.staff_waits", error=type(error).__name__)
