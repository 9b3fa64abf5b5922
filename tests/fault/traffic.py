"""The load during faults: applicants submit appeals, the staff places, reassigns and answers questions."""

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
"""The appeals drawn; more than a campaign needs."""
WAVE = 8
MARGIN = 25
"""Appeals kept in flight beyond `floor`: some are answered between two reads."""
PAUSE_SECONDS = 0.3
REASSIGN_SECONDS = 4.0
"""Between two reassignments, so that agencies always have messages to take."""

RECEIVED = ("az.vahid.case.opened.v1", "az.vahid.appeal.joined.v1")
NOTIFIED = (*RECEIVED, "az.vahid.track.answered.v1")


class Traffic:
    """Keeps more than `floor` appeals in flight, accepted and not answered; `receipts` is a file."""

    def __init__(self, stack: Stack, settings: Settings, receipts: Path, seed: int, floor: int) -> None:
        self._settings = settings
        self._staff_key = stack.api_keys["staff"]
        self._floor = floor
        self._database = Database(settings.database_url, pool_size=6)
        self._driver = Driver(stack.addresses["intake"], stack.api_keys, settings.clock, receipts)
        services = load(settings.catalogue).deliverable()
        self._appeals = iter(population(DRAWN, seed, services))
        self._enough = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._done = asyncio.Event()

    async def send_appeals(self) -> None:
        """Send appeals until `end`, each repeated until intake has answered."""
        while not self._enough.is_set():
            if await self._too_few():
                await self._driver.send([_now(appeal) for appeal in islice(self._appeals, WAVE)])
            else:
                await _pause(self._enough)
        self._all_sent.set()

    async def work(self) -> None:
        """Settle the centre's steps until `close`; reconnect after an error that passes."""
        while not self._done.is_set():
            try:
                async with open_session(self._settings, self._staff_key) as session:
                    await CentreStaff(session, self._database, self._driver.intended_service).work(self._done)
            except Exception as error:
                if not is_transient(error):
                    raise
                await _pause(self._done)

    async def reassign_and_inform(self) -> None:
        """Until `end`, reassign a step at intervals, and give an agency the information it requested."""
        while not self._enough.is_set():
            try:
                async with open_session(self._settings, self._staff_key) as session:
                    while not self._enough.is_set():
                        await self._reassign(session)
                        await self._provide_information(session)
                        await _pause(self._enough, REASSIGN_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                await _pause(self._enough)

    async def _reassign(self, session: CaseworkSession) -> None:
        for row in await self._random_step(steps.c.status.in_(("acknowledged", "in_progress"))):
            other = "moh" if row.agency_id != "moh" else "mlspp"
            await session.execute(row.case_id, reassign(row.step, other))

    async def _provide_information(self, session: CaseworkSession) -> None:
        for row in await self._random_step(steps.c.status == "information_requested"):
            await session.execute(row.case_id, provide_information(row.step), note="Arayış əlavə olunur.")

    async def split_off(self) -> bool:
        """Split an open track off into its own case; whether that was accepted."""
        query = select(tracks.c.case_id, tracks.c.track).where(tracks.c.outcome.is_(None))
        async with self._database.transaction() as connection:
            rows = (await connection.execute(query.order_by(func.random()).limit(1))).all()
        async with open_session(self._settings, self._staff_key) as session:
            outcomes = [await session.execute(row.case_id, split([row.track])) for row in rows]
        return any(outcome.accepted for outcome in outcomes)

    async def _random_step(self, wanted: ColumnElement[bool]) -> Sequence[Any]:
        """A random step at its first agency, if there is one."""
        query = (
            select(steps.c.case_id, steps.c.step, steps.c.agency_id)
            .where(wanted, steps.c.agency_id != CENTRE, steps.c.attempt == 1)
            .order_by(func.random())
            .limit(1)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(query)).all()

    def end(self) -> None:
        """Send no more appeals."""
        self._enough.set()

    async def close(self) -> None:
        """Stop the staff, and disconnect."""
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
        """Whether every appeal is in the ledger, every case answered, every applicant notified."""
        if not self._all_sent.is_set():
            return False
        entries, messages = select(func.count()).select_from(events), select(func.count())
        received = await self._count(entries.where(events.c.type.in_(RECEIVED)))
        notifying = await self._count(entries.where(events.c.type.in_(NOTIFIED)))
        count = select(func.count(notifications.c.event_id.distinct()))
        planned = await self._count(count.where(notifications.c.kind.in_(("receipt", "answer"))))
        unsent = await self._count(
            messages.select_from(notifications).where(notifications.c.state.in_(("planned", "sending")))
        )
        pending = planned < notifying or unsent > 0
        return received >= len(self._driver.accepted) and not await self.open_cases() and not pending

    async def open_cases(self) -> list[str]:
        """The ids of the cases that are not answered."""
        query = select(cases.c.case_id).where(cases.c.status == "open").order_by(cases.c.case_id)
        async with self._database.transaction() as connection:
            return list((await connection.execute(query)).scalars())

    def summary(self) -> str:
        """The appeals accepted so far, in a sentence."""
        return f"{len(self._driver.accepted)} appeals accepted, all sent: {self._all_sent.is_set()}"

    async def _too_few(self) -> bool:
        """Whether to send more; yes while the database is down, so that appeals meet the fault."""
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
