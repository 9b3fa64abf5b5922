"""How open cases are told that the calendar was revised: to the one that the catalogue has now."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import func, select

from casework.command_context import CommandContext
from casework.session import CaseworkSession
from catalogue.calendar import WorkingCalendar
from catalogue.model import YEARS_AHEAD, Catalogue
from kit.database import Database
from kit.errors import VahidError
from ledger.tables import cases
from workflows.case.commands import CommandOutcome, ReviseCalendar
from workflows.case.state import CaseState

AT_ONCE = 16
"""How many cases are told at the same time."""


def revise(context: CommandContext) -> ReviseCalendar:
    """Have the deadlines of a case that are still ahead counted by the catalogue's present calendar.

    Raises:
        PermanentError: `calendar_ended`: it does not know the year in which a clock of the case began.
    """
    return context.as_command(
        ReviseCalendar, calendar=calendar_of(context.catalogue, context.case, context.at)
    )


def calendar_of(catalogue: Catalogue, case: CaseState, now: datetime) -> WorkingCalendar:
    """The catalogue's calendar from the year in which the oldest clock of the case began."""
    calendar = catalogue.calendar
    clocks = [*([case.clock] if case.clock else []), *(c for step in case.steps for c in step.clocks)]
    began = min([now, *(clock.started_at for clock in clocks)]).astimezone(calendar.zone).year
    return calendar.window(began, now.astimezone(calendar.zone).year + YEARS_AHEAD)


async def count_open(database: Database) -> int:
    """How many cases are open."""
    async with database.transaction() as connection:
        query = select(func.count()).select_from(cases).where(cases.c.status == "open")
        return int(await connection.scalar(query) or 0)


async def revise_open(
    session: CaseworkSession, database: Database, key: str
) -> AsyncIterator[tuple[str, CommandOutcome | VahidError]]:
    """Tell every open case, in order of id; what became of each, also that one could not be asked."""
    last = ""
    while page := await _open_after(database, last):
        outcomes = await asyncio.gather(*(_reason_with_words(session, case_id, key) for case_id in page))
        for case_id, outcome in zip(page, outcomes, strict=True):
            yield case_id, outcome
        last = page[-1]


async def _open_after(database: Database, last: str) -> list[str]:
    query = select(cases.c.case_id).where(cases.c.status == "open", cases.c.case_id > last)
    async with database.transaction() as connection:
        return list((await connection.execute(query.order_by(cases.c.case_id).limit(AT_ONCE))).scalars())


async def _reason_with_words(session: CaseworkSession, case_id: str, key: str) -> CommandOutcome | VahidError:
    try:
        return await session.give(case_id, revise, key=key)
    except VahidError as error:
        return error
