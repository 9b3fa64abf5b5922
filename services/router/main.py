"""Declares the parts of the router: the only place of it that connects to anything."""

import asyncio
from functools import partial

from temporalio.client import Client

from catalogue.loader import load
from kit import service
from kit.database import Database
from kit.kafka.consumer import Consumer
from kit.key_files import MASTER_KEY
from kit.receipts import ReceiptKeys
from kit.service import Service
from kit.temporal import TemporalTask
from kit.vault import Vault
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from schemas.notice_outcomes import NoticeOutcome
from schemas.topics import AGENCY_STATUSES, APPEALS, NOTICE_OUTCOMES
from services.router.handlers import (
    AppealHandler,
    AppealTopicHandler,
    AttachmentHandler,
    NoticeOutcomeHandler,
    StatusHandler,
)
from services.router.metrics import CALENDAR_ENDS
from services.router.origin import Origin
from services.router.settings import RouterSettings
from workflows.case.rules import Rules
from workflows.client import CaseClient

GROUP = "router"


async def declare(router: Service, settings: RouterSettings) -> None:
    """The database, a consumer of appeals, statuses and outcomes of notices, and the cases in Temporal."""
    catalogue, vault = load(settings.catalogue), Vault(settings.keys, (MASTER_KEY,))
    if (ends_at := catalogue.calendar.ends_at) is not None:
        CALENDAR_ENDS.set(ends_at.timestamp())
    database = await router.open(Database(settings.database_url))
    origin = Origin(ReceiptKeys(settings.keys), database)
    consumer = Consumer(
        settings.kafka_bootstrap,
        GROUP,
        max_workers=settings.router_workers,
        failure_limit=settings.consumer_failure_limit,
    )

    async def route(client: Client, stop: asyncio.Event) -> None:
        cases = CaseClient(client, partial(Rules.of, catalogue), settings.clock)
        appeals = AppealHandler(database, vault, catalogue, cases, settings.clock)
        brought = AppealTopicHandler(origin, appeals, AttachmentHandler(database, cases))
        consumer.on(APPEALS, CloudEvent[AppealReceived | AppealSupplemented], brought)
        consumer.on(AGENCY_STATUSES, CloudEvent[AssignmentStatus], StatusHandler(catalogue, cases))
        consumer.on(NOTICE_OUTCOMES, CloudEvent[NoticeOutcome], NoticeOutcomeHandler(cases))
        await consumer.run(stop)

    routing = TemporalTask(settings.temporal_address, settings.temporal_namespace, route, keys=settings.keys)
    router.checks(
        database=database.ping,
        kafka=consumer.ready,
        consumer_not_halted=consumer.not_halted,
        temporal=routing.connected,
    )
    router.tasks(routing.run)


def main() -> None:
    """Run the router with the settings of the environment."""
    service.main(GROUP, RouterSettings, declare)
