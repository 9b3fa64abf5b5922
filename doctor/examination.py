"""One examination of an installation: check each store in order, and name those that cannot be reached."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from doctor.rooms_against_ledger import examine_rooms
from doctor.running_workflows import examine_workflows
from doctor.stored_attachments import examine_attachments
from doctor.stored_cases import Progress, examine_cases
from kit.database import Database
from kit.errors import TransientError, VahidError
from kit.object_store import Objects
from kit.settings import Settings

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
    """Check all invariants. What is younger than `settle` may still be on its way: its absence is no finding.

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
            await _examine_database(database, settings, datetime.now(UTC) - settle, found, progress)
        async with _naming_unreachable(found, "Kafka"):
            found.findings += await examine_consumers(settings.kafka_bootstrap, found)
    finally:
        await database.close()
    found.findings.sort()
    return found


async def _examine_database(
    database: Database,
    settings: Settings,
    settled_before: datetime,
    found: Examination,
    progress: Progress,
) -> None:
    """Check what PostgreSQL holds, and the two stores whose content only PostgreSQL explains."""
    index = LedgerIndex()
    unfinished = await examine_cases(database, index, found, progress)
    found.findings += await examine_rooms(database, index, settled_before, found)
    async with _naming_unreachable(found, "The store of attachments"):
        objects = Objects(settings.attachments)
        found.findings += await examine_attachments(database, objects, settled_before, found)
    async with _naming_unreachable(found, "Temporal"):
        found.findings += await examine_workflows(settings, database, unfinished, found)


@asynccontextmanager
async def _naming_unreachable(found: Examination, store: str) -> AsyncIterator[None]:
    try:
        yield
    except _UNREACHABLE as error:
        reason = error.message if isinstance(error, VahidError) else type(error).__name__
        found.unreachable.append(f"{store}: {reason}")
