"""Declares the parts of the agency adapter: the only place of it that connects to anything."""

import asyncio
from collections.abc import Sequence

import structlog
from temporalio.client import Client

from catalogue.loader import load
from kit import service
from kit.database import Database
from kit.kafka.consumer import Consumer
from kit.kafka.producer import Producer
from kit.key_files import DIGEST_KEY, MASTER_KEY
from kit.outbox.relay import Relay
from kit.service import Service
from kit.temporal import TemporalTask, run_workers
from kit.vault import Vault
from schemas.agency_changes import OfferedChange
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_CHANGES
from services.agency_adapter.access import read_access
from services.agency_adapter.agency_parts import (
    AgencyParts,
    SharedParts,
    connected_agencies,
    parts_of,
    worker_of,
)
from services.agency_adapter.connectors.http import shared_client
from services.agency_adapter.connectors.protocols import schema_of_changes
from services.agency_adapter.dead_letters import GROUP
from services.agency_adapter.offered_changes import OfferedChangeHandler
from services.agency_adapter.settings import AdapterSettings
from services.agency_adapter.tables import dead_letter_outbox, outbox
from services.agency_adapter.webhook import BODY_LIMIT, add_webhooks

SERVICE = "agency_adapter"


async def declare(adapter: Service, settings: AdapterSettings) -> None:
    """The database, the relays, and for each connected agency its worker, webhooks and poller.

    Raises:
        PermanentError: the catalogue, a mapping, the agencies' file or a key file is not valid.
    """
    catalogue, vault = load(settings.catalogue), Vault(settings.keys, (MASTER_KEY, DIGEST_KEY))
    agencies = connected_agencies(catalogue, read_access(settings.agencies))
    database = await adapter.open(Database(settings.database_url))
    pollers = await adapter.open(Database(settings.database_url, len(agencies)))
    producer = await adapter.open(Producer(settings.kafka_bootstrap, SERVICE))
    client = await adapter.open(shared_client())
    dead_letter_producer = await adapter.open(Producer(settings.kafka_bootstrap, f"{SERVICE}.dead_letters"))
    relay = Relay("adapter", database, outbox, producer)
    dead_letter_relay = Relay("adapter.dead_letters", database, dead_letter_outbox, dead_letter_producer)
    shared = SharedParts(
        settings, database, pollers, vault, client, relay, dead_letter_relay, catalogue.vocabularies
    )
    apart = settings.poll_seconds / len(agencies)  # real seconds between pollers
    parts = [parts_of(agency, shared, apart * place) for place, agency in enumerate(agencies)]

    async def work(temporal: Client, stop: asyncio.Event) -> None:
        await run_workers([worker_of(each, temporal) for each in parts], stop)

    working = TemporalTask(settings.temporal_address, settings.temporal_namespace, work, keys=settings.keys)
    consumer = offered_changes(parts, shared)
    add_webhooks(
        adapter.http(body_limit=BODY_LIMIT),
        {each.agency.agency_id: each.webhooks for each in parts},
        {each.agency.agency_id: schema_of_changes(each.agency.mapping) for each in parts},
    )
    adapter.checks(
        database=database.ping, consumer_not_halted=consumer.not_halted, temporal=working.connected
    )
    adapter.tasks(
        relay.run, dead_letter_relay.run, working.run, consumer.run, *(each.poller.run for each in parts)
    )
    structlog.get_logger().info("adapter.starting", agencies=[agency.agency_id for agency in agencies])


def offered_changes(parts: Sequence[AgencyParts], shared: SharedParts) -> Consumer:
    """The consumer of changes that are offered again after a redrive."""
    inboxes = {each.agency.agency_id: each.inbox for each in parts}
    connectors = {each.agency.agency_id: each.connector for each in parts}
    handler = OfferedChangeHandler(inboxes, connectors, shared.database, shared.vault)
    settings = shared.settings
    consumer = Consumer(settings.kafka_bootstrap, GROUP, failure_limit=settings.consumer_failure_limit)
    consumer.on(AGENCY_CHANGES, CloudEvent[OfferedChange], handler)
    return consumer


def main() -> None:
    """Run the agency adapter with the settings of the environment."""
    service.main(SERVICE, AdapterSettings, declare)
