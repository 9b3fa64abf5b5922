"""What goes on while things die: applicants keep coming, the staff keeps working and changes its mind."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from casework.commands.applicant import provide_information
from casework.commands.session import CaseworkSession, open_session
from casework.commands.staff import reassign, split
from catalogue.loader import load
from catalogue.terms import CENTRE
from kit.database import Database
from kit.settings import Settings
from kit.transient import is_transient
from ledger.tables import cases, events, steps, tracks
from services.notifier.tables import notifications
from vahid.demo.driver import Driver
from vahid.demo.population import DemoAppeal, population
from vahid.demo.simulated_staff import CentreStaff
from vahid.stack import Stack

DRAWN = 5_000
"""How many appeals are drawn; more than a campaign needs."""
WAVE = 8
MARGIN = 25
"""Appeals kept in flight beyond those that are asked for: some are answered between two looks."""
PAUSE_SECONDS = 0.3
SECOND_THOUGHTS_SECONDS = 4.0
"""Between two steps that are given to another agency: so that agencies are always told something."""

RECEIVED = ("az.vahid.case.opened.v1", "az.vahid.appeal.joined.v1")
TOLD = (*RECEIVED, "az.vahid.track.answered.v1")


class Traffic:
    """Keeps `floor` appeals and some more in flight; what intake accepted is in the file `receipts`.

    In flight is what is accepted and not answered.
    """

    def __init__(self, stack: Stack, settings: Settings, receipts: Path, seed: int, floor: int) -> None:
        self._settings = settings
        self._staff_key = stack.api_keys["staff"]
        self._floor = floor
        self._database = Database(settings.database_url, pool_size=6)
        self._driver = Driver(stack.addresses["intake"], stack.api_keys, settings.clock, receipts)
        services = load(settings.catalogue).deliverable()
        self._coming = iter(population(DRAWN, seed, services))
        self._enough = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._done = asyncio.Event()

    async def come(self) -> None:
        """Send appeals until `end`; each is sent until intake has answered."""
        while not self._enough.is_set():
            if await self._too_few():
                await self._driver.send([_now(appeal) for appeal in islice(self._coming, WAVE)])
            else:
                await _pause(self._enough)
        self._all_sent.set()

    async def staff(self) -> None:
        """Work at the desk until `close`; who loses the connection sits down again."""
        while not self._done.is_set():
            try:
                async with open_session(self._settings, self._staff_key) as session:
                    await CentreStaff(session, self._database, self._meant).work(self._done)
            except Exception as error:
                if not is_transient(error):
                    raise
                await _pause(self._done)

    async def second_thoughts(self) -> None:
        """Now and then, until `end`: give an agency's step to another agency, and an agency what it asked for."""
        while not self._enough.is_set():
            try:
                async with open_session(self._settings, self._staff_key) as session:
                    while not self._enough.is_set():
                        await self._give_to_another(session)
                        await self._give_what_was_asked(session)
                        await _pause(self._enough, SECOND_THOUGHTS_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                await _pause(self._enough)

    async def _give_to_another(self, session: CaseworkSession) -> None:
        for row in await self._one_of(steps.c.status.in_(("acknowledged", "in_progress"))):
            other = "moh" if row.agency_id != "moh" else "mlspp"
            await session.execute(row.case_id, reassign(row.step, other))

    async def _give_what_was_asked(self, session: CaseworkSession) -> None:
        for row in await self._one_of(steps.c.status == "information_requested"):
            await session.execute(row.case_id, provide_information(row.step), note="Arayış əlavə olunur.")

    async def split_off(self) -> bool:
        """Whether a track that is open has been given a case of its own."""
        query = select(tracks.c.case_id, tracks.c.track).where(tracks.c.outcome.is_(None))
        async with self._database.transaction() as connection:
            rows = (await connection.execute(query.order_by(func.random()).limit(1))).all()
        async with open_session(self._settings, self._staff_key) as session:
            said = [await session.execute(row.case_id, split([row.track])) for row in rows]
        return any(outcome.accepted for outcome in said)

    async def _one_of(self, wanted: ColumnElement[bool]) -> Sequence[Any]:
        """One step that is with its first agency, if there is any."""
        query = (
            select(steps.c.case_id, steps.c.step, steps.c.agency_id)
            .where(wanted, steps.c.agency_id != CENTRE, steps.c.attempt == 1)
            .order_by(func.random())
            .limit(1)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(query)).all()

    def end(self) -> None:
        """Let no more appeals come."""
        self._enough.set()

    async def close(self) -> None:
        """Send the staff home."""
        self._enough.set()
        self._done.set()
        await self._database.close()

    async def in_flight(self) -> int:
        """Appeals accepted and not answered."""
        joined = events.join(cases, cases.c.case_id == events.c.case_id)
        answered = select(func.count()).select_from(joined).where(cases.c.status != "open")
        return len(self._driver.accepted) - await self._count(answered.where(events.c.type.in_(RECEIVED)))

    async def recorded(self) -> int:
        """Events in the ledger."""
        return await self._count(select(func.count()).select_from(events))

    async def settled(self) -> bool:
        """Whether every appeal is sent and in the ledger, every case answered, everybody told."""
        if not self._all_sent.is_set():
            return False
        entries, messages = select(func.count()).select_from(events), select(func.count())
        received = await self._count(entries.where(events.c.type.in_(RECEIVED)))
        told = await self._count(entries.where(events.c.type.in_(TOLD)))
        count = select(func.count(notifications.c.event_id.distinct()))
        planned = await self._count(count.where(notifications.c.kind.in_(("receipt", "answer"))))
        unsent = await self._count(
            messages.select_from(notifications).where(notifications.c.state.in_(("planned", "sending")))
        )
        untold = planned < told or unsent > 0
        return received >= len(self._driver.accepted) and not await self.open_cases() and not untold

    async def open_cases(self) -> list[str]:
        """The ids of the cases that are not answered."""
        query = select(cases.c.case_id).where(cases.c.status == "open").order_by(cases.c.case_id)
        async with self._database.transaction() as connection:
            return list((await connection.execute(query)).scalars())

    def summary(self) -> str:
        """How many were accepted so far, in words."""
        return f"{len(self._driver.accepted)} appeals accepted, all sent: {self._all_sent.is_set()}"

    def _meant(self, number: str) -> str | None:
        return next((one["meant"] for one in self._driver.accepted if one["tracking_number"] == number), None)

    async def _too_few(self) -> bool:
        """While the database is away nobody can tell: then appeals knock all the more."""
        try:
            return await self.in_flight() < self._floor + MARGIN
        except Exception as error:
            if not is_transient(error):
                raise
            return True

    async def _count(self, query: Select[Any]) -> int:
        async with self._database.transaction() as connection:
            return int(await connection.scalar(query) or 0)


def _now(appeal: DemoAppeal) -> DemoAppeal:
    return replace(appeal, after=timedelta(0))


async def _pause(until: asyncio.Event, seconds: float = PAUSE_SECONDS) -> None:
    try:
        await asyncio.wait_for(until.wait(), seconds)
    except TimeoutError:
        return
