"""Declares the parts of intake: the only place of it that connects to anything."""

import asyncio
from functools import partial

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from catalogue.loader import load
from catalogue.model import Catalogue
from kit import service
from kit.api_keys import ApiKeys
from kit.database import Database
from kit.errors import TransientError
from kit.http_body import BODY_SECONDS, BodyLimit
from kit.http_openapi import describe
from kit.kafka.producer import Producer
from kit.object_store import Objects
from kit.outbox.relay import Relay
from kit.service import Service
from kit.vault import Vault
from kit.waiting import wait_for
from services.intake.appeals.batch_handlers import PATH as BATCH_PATH
from services.intake.appeals.batch_handlers import BatchLimits, batch_routes
from services.intake.appeals.districts import district_names
from services.intake.appeals.domain import KnownCodes
from services.intake.appeals.handlers import IntakeDependencies, routes
from services.intake.appeals.openapi import appeal_schemas
from services.intake.appeals.reception import Reception
from services.intake.appeals.storage import AppealStore, TrackingSequence
from services.intake.attachments.handlers import PATH as ATTACHMENTS_PATH
from services.intake.attachments.handlers import AttachmentDependencies, attachment_routes
from services.intake.attachments.reception import AttachmentReception
from services.intake.attachments.storage import AttachmentStore
from services.intake.claims import purge
from services.intake.directory.handlers import ServiceDirectory, directory_routes
from services.intake.settings import IntakeSettings
from services.intake.tables import outbox

API_VERSION = "1"
_POOL = 16

_log = structlog.get_logger()


def known_codes(catalogue: Catalogue) -> KnownCodes:
    """The codes that an appeal may name."""
    words = catalogue.vocabularies
    return KnownCodes(
        services=frozenset(catalogue.passports),
        categories=frozenset(words.categories),
        districts=frozenset(words.districts),
        district_names=district_names(words.districts),
    )


async def declare(intake: Service, settings: IntakeSettings) -> None:
    """The database, the reception of appeals and attachments over HTTP, and the relay of the outbox.

    Intake is ready without Kafka: it accepts appeals meanwhile, and the relay publishes them later.
    """
    catalogue, vault = load(settings.catalogue), Vault(settings.keys)
    known = known_codes(catalogue)
    database = await intake.open(Database(settings.database_url, _POOL))
    producer = await intake.open(Producer(settings.kafka_bootstrap, "intake"))
    relay = Relay("intake", database, outbox, producer)
    store = AppealStore(database, settings.intake_retry_hours)
    numbers = TrackingSequence(database)
    reception = Reception(settings, vault=vault, store=store, numbers=numbers, relay=relay)
    intake.on_close(reception.close)
    appeals = IntakeDependencies(
        ApiKeys(database), reception, store, vault, known, catalogue, settings.clock.now
    )
    files = AttachmentStore(database, vault, settings.intake_retry_hours)
    objects = Objects(settings.attachments)
    uploads = AttachmentReception(settings, vault=vault, store=files, objects=objects, relay=relay)
    attachments = AttachmentDependencies(appeals.api_keys, uploads, files, catalogue, known)

    limits = BatchLimits(settings.intake_batch_items, settings.intake_body_limit)
    add_routes(application(intake, settings), appeals, attachments, limits)
    intake.checks(database=database.ping)
    intake.tasks(relay.run, partial(purge_for_ever, database, settings.intake_purge_seconds))


def application(intake: Service, settings: IntakeSettings) -> FastAPI:
    """The application with its limits, without routes."""
    longer = {
        BATCH_PATH: BodyLimit(settings.intake_batch_body_limit, 2 * BODY_SECONDS),
        # The reception of attachments has a deadline of its own, and names it.
        ATTACHMENTS_PATH: BodyLimit(settings.intake_attachment_limit, settings.intake_upload_seconds + 5),
    }
    return intake.http(body_limit=settings.intake_body_limit, body_limits=longer, version=API_VERSION)


def add_routes(
    app: FastAPI, appeals: IntakeDependencies, attachments: AttachmentDependencies, limits: BatchLimits
) -> FastAPI:
    """`app` with all routes of intake, and their description."""
    app.include_router(routes(appeals))
    app.include_router(batch_routes(appeals, limits))
    app.include_router(directory_routes(ServiceDirectory(appeals.catalogue)))
    app.include_router(attachment_routes(attachments))
    return describe(app, appeal_schemas(appeals.known))


async def purge_for_ever(database: Database, seconds: float, stop: asyncio.Event) -> None:
    """Delete expired claims of keys every `seconds` until `stop` is set; wait for a lost database."""
    while not stop.is_set():
        try:
            if purged := await purge(database):
                _log.info("intake.purged", rows=purged)
        except (SQLAlchemyError, OSError, TimeoutError, TransientError) as error:
            _log.warning("intake.purge_waits", error=type(error).__name__)
        await wait_for(stop, seconds)


def main() -> None:
    """Run intake with the settings of the environment."""
    service.main("intake", IntakeSettings, declare)
