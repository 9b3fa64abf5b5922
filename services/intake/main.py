"""Composes intake: the only place of it that connects to anything."""

import asyncio
from collections.abc import Mapping

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from catalogue.loader import load
from catalogue.model import Catalogue
from kit import log
from kit.api_keys import ApiKeys
from kit.database import Database
from kit.errors import TransientError
from kit.http import create_app, run_until_stopped, serve
from kit.kafka import Producer
from kit.object_store import Objects
from kit.outbox import Relay
from kit.vault import Vault
from services.intake.appeals.batch_handlers import PATH as BATCH_PATH
from services.intake.appeals.batch_handlers import BatchLimits, batch_routes
from services.intake.appeals.domain import Known
from services.intake.appeals.handlers import IntakeDependencies, routes
from services.intake.appeals.reception import Reception
from services.intake.appeals.storage import AppealStore, TrackingSequence
from services.intake.attachments.handlers import PATH as ATTACHMENTS_PATH
from services.intake.attachments.handlers import AttachmentDependencies, attachment_routes
from services.intake.attachments.reception import AttachmentReception
from services.intake.attachments.storage import AttachmentStore
from services.intake.directory.handlers import ServiceDirectory, directory_routes
from services.intake.openapi import describe
from services.intake.settings import IntakeSettings
from services.intake.tables import outbox

_POOL = 16

_log = structlog.get_logger()


def known_codes(catalogue: Catalogue) -> Known:
    """The codes that an appeal may name."""
    words = catalogue.vocabularies
    return Known(frozenset(catalogue.passports), frozenset(words.categories), frozenset(words.districts))


async def run(settings: IntakeSettings) -> None:
    """Serve until the process is told to stop; then end what is under way."""
    log.configure("intake", settings.log_level)
    stop = asyncio.Event()
    catalogue = load(settings.catalogue)
    vault, known = Vault(settings.keys), known_codes(catalogue)
    database = Database(settings.database_url, _POOL)
    producer = Producer(settings.kafka_bootstrap, "intake")
    relay = Relay("intake", database, outbox, producer)
    store = AppealStore(database, settings.intake_retry_hours)
    reception = Reception(
        settings,
        vault=vault,
        store=store,
        numbers=TrackingSequence(database),
        relay=relay,
        districts=known.districts,
    )
    intake = IntakeDependencies(ApiKeys(database), reception, store, vault, known, catalogue)
    app = application(settings, database, intake)
    app.include_router(
        batch_routes(intake, BatchLimits(settings.intake_batch_items, settings.intake_body_limit))
    )
    app.include_router(directory_routes(ServiceDirectory(catalogue)))
    files = AttachmentStore(database, vault, settings.intake_retry_hours)
    uploads = AttachmentReception(
        settings, vault=vault, store=files, objects=Objects(settings.attachments), relay=relay
    )
    app.include_router(
        attachment_routes(AttachmentDependencies(intake.api_keys, uploads, files, catalogue, known))
    )
    await producer.start()
    try:
        await run_until_stopped(
            serve(app, settings.http_host, settings.http_port, stop),
            relay.run(stop),
            purge_for_ever(store, settings.intake_purge_seconds, stop),
            stop=stop,
        )
    finally:
        await reception.close()
        await producer.stop()
        await database.close()


def application(settings: IntakeSettings, database: Database, intake: IntakeDependencies) -> FastAPI:
    """The application. It is ready without Kafka: appeals are accepted then, and published later."""

    async def ready() -> Mapping[str, bool]:
        return {"database": await database.ping()}

    app = create_app(
        "intake",
        ready,
        body_limit=settings.intake_body_limit,
        body_limits={
            BATCH_PATH: settings.intake_batch_body_limit,
            ATTACHMENTS_PATH: settings.intake_attachment_limit,
        },
        version="1",
    )
    app.include_router(routes(intake))
    return describe(app)


async def purge_for_ever(store: AppealStore, seconds: float, stop: asyncio.Event) -> None:
    """Delete expired idempotency rows every `seconds` until `stop` is set; wait for a lost database."""
    while not stop.is_set():
        try:
            if purged := await store.purge():
                _log.info("intake.purged", rows=purged)
        except (SQLAlchemyError, OSError, TimeoutError, TransientError) as error:
            _log.warning("intake.purge_waits", error=type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            continue
