"""The command that moves open deadlines to the catalogue's present calendar, for one case or for all."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

from casework.commands.context import CommandContext
from casework.commands.session import CaseworkSession
from casework.queries.case_list import open_case_ids
from catalogue.calendar import WorkingCalendar
from catalogue.model import YEARS_AHEAD, Catalogue
from kit.database import Database
from kit.errors import VahidError
from workflows.case.commands import CommandOutcome, ReviseCalendar
from workflows.case.state import CaseState

AT_ONCE = 16
"""How many cases are commanded at the same time."""


def revise(context: CommandContext) -> ReviseCalendar:
    """Have the deadlines ahead of a case counted by the catalogue's present calendar.

    Raises:
        InstallationError: `calendar_ended`: it does not cover the year in which a clock of the case began.
    """
    calendar = calendar_since_oldest_clock(context.catalogue, context.case, context.at)
    return context.as_command(ReviseCalendar, calendar=calendar)


def calendar_since_oldest_clock(catalogue: Catalogue, case: CaseState, now: datetime) -> WorkingCalendar:
    """The catalogue's calendar, from the year in which the oldest clock of the case began."""
    calendar = catalogue.calendar
    clocks = [*(term.clock for term in case.running_terms), *(c for step in case.steps for c in step.clocks)]
    began = min([now, *(clock.started_at for clock in clocks)]).astimezone(calendar.zone).year
    return calendar.window(began, now.astimezone(calendar.zone).year + YEARS_AHEAD)


async def revise_open_cases(
    session: CaseworkSession, database: Database, key: str
) -> AsyncIterator[tuple[str, CommandOutcome | VahidError]]:
    """Command every open case, in order of id; yield the outcome of each, or the error that prevented one."""
    last = ""
    while page := await open_case_ids(database, last, AT_ONCE):
        outcomes = await asyncio.gather(*(_revised(session, case_id, key) for case_id in page))
        for case_id, outcome in zip(page, outcomes, strict=True):
            yield case_id, outcome
        last = page[-1]


async def _revised(session: CaseworkSession, case_id: str, key: str) -> CommandOutcome | VahidError:
    try:
        return await session.execute(case_id, revise, key=key)
    except VahidError as error:
        return error
