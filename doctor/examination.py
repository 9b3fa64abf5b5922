"""One examination of an installation: check each store in order, and name those that cannot be reached."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from catalogue.loader import load
from catalogue.sources import CatalogueError
from doctor.findings import Examination
from doctor.installation_invariants import check_calendar
from doctor.kafka_consumers import examine_consumers
from doctor.ledger_index import LedgerIndex
from doctor.on_its_way import Stages
from doctor.rooms_against_ledger import check_rooms, examine_queues, read_planned, read_rooms, read_routed
from doctor.running_workflows import connect_to, examine_workflows
from doctor.stage_reading import follow_into_cases, read_stages
from doctor.stored_attachments import examine_attachments
from doctor.stored_cases import Progress, examine_cases, read_on
from kit.database import Database
from kit.errors import TransientError, VahidError
from kit.object_store import Objects
from kit.settings import Settings
from schemas.frozen import CaseId

_UNREACHABLE = (
    SQLAlchemyError,
    KafkaError,
    RPCError,
    TransientError,
    CatalogueError,
    OSError,
    TimeoutError,
)


async def examine(
    settings: Settings, settle: timedelta, progress: Progress = lambda done, total: None
) -> Examination:
    """Check all invariants. `settle` is how long what a case took may take to be in its history.

    `progress` is called with the number of cases checked and of all cases. A store that cannot be reached is
    named in `unreachable`; nothing is claimed about what it holds.
    """
    found = Examination()
    database = Database(settings.database_url, pool_size=4, command_seconds=60)
    try:
        async with _naming_unreachable(found, "The catalogue"):
            calendar = load(settings.catalogue).calendar
            found.findings += check_calendar(calendar, settings.clock.now())
        async with _naming_unreachable(found, "PostgreSQL"):
            await _examine_database(database, settings, settle, found, progress)
        async with _naming_unreachable(found, "Kafka"):
            found.findings += await examine_consumers(settings.kafka_bootstrap, found)
    finally:
        await database.close()
    found.findings.sort()
    return found


async def _examine_database(
    database: Database, settings: Settings, settle: timedelta, found: Examination, progress: Progress
) -> None:
    """Check what PostgreSQL holds, and the stores whose content only PostgreSQL explains."""
    settled_before = datetime.now(UTC) - settle
    index = LedgerIndex()
    unfinished = await examine_cases(database, index, found, progress)
    await _examine_rooms(database, settings, settle, index, found)
    found.findings += await examine_queues(database, index, settled_before)
    async with _naming_unreachable(found, "The store of attachments"):
        objects = Objects(settings.attachments)
        found.findings += await examine_attachments(database, objects, settled_before, found)
    async with _naming_unreachable(found, "Temporal"):
        found.findings += await examine_workflows(settings, database, unfinished, found)


async def _examine_rooms(
    database: Database, settings: Settings, settle: timedelta, index: LedgerIndex, found: Examination
) -> None:
    """Read the rooms, then the stages behind them, then the ledger again: so nothing that moves is missed."""
    first, rooms = index.first_reading(), await read_rooms(database)
    stages = Stages(complete=False)
    async with _naming_unreachable(found, "Kafka"):
        stages = await read_stages(database, settings.kafka_bootstrap)
    planned = await read_planned(database)

    async def missing() -> dict[str, CaseId]:
        await read_on(database, index)
        left = rooms.missing(index, await read_routed(database, index))
        return {identity: case_id for identity, case_id in left.items() if stages.lost(identity)}

    if await missing():
        followed = replace(stages, complete=False)
        async with _naming_unreachable(found, "Temporal"):
            client = await connect_to(settings)
            followed = await follow_into_cases(client, stages, missing, settle.total_seconds())
        stages = followed
        await read_on(database, index)
    found.findings += check_rooms(rooms, planned, index, first, stages, found)


@asynccontextmanager
async def _naming_unreachable(found: Examination, store: str) -> AsyncIterator[None]:
    try:
        yield
    except _UNREACHABLE as error:
        reason = error.message if isinstance(error, VahidError) else type(error).__name__
        if not any(named.startswith(f"{store}: ") for named in found.unreachable):
            found.unreachable.append(f"{store}: {reason}")
