"""Composes the agency adapter: the only place in it that connects to anything."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import structlog
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from catalogue.loader import load
from catalogue.model import Catalogue, Vocabularies
from kit import log, temporal
from kit.database import Database
from kit.errors import PermanentError
from kit.http import create_app, run_until_stopped, serve
from kit.kafka import Consumer, Producer
from kit.outbox import Relay
from kit.vault import Vault
from schemas.agency_changes import OfferedChange
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_CHANGES
from services.agency_adapter.access import Access, read_access
from services.agency_adapter.connectors.http import shared_client
from services.agency_adapter.connectors.rest import RestConnector
from services.agency_adapter.dead_letters import GROUP, DeadLetters, Offered
from services.agency_adapter.dispatch import Dispatcher
from services.agency_adapter.mapping import RestMapping, check_mapping
from services.agency_adapter.message_dispatch import Messenger
from services.agency_adapter.polling import Poller
from services.agency_adapter.settings import AdapterSettings
from services.agency_adapter.status_inbox import StatusInbox
from services.agency_adapter.tables import outbox
from services.agency_adapter.webhook import BODY_LIMIT, WebhookReceiver, add_webhooks
from workflows.case.contracts import agency_task_queue

SERVICE = "agency_adapter"
GRACE = timedelta(seconds=5)
"""Real time that assignments under way have to end when the process stops."""


@dataclass(frozen=True)
class Connected:
    """A connected agency: how it speaks, and how it is reached."""

    agency_id: str
    mapping: RestMapping
    access: Access


@dataclass(frozen=True)
class Parts:
    """What serves one agency."""

    connected: Connected
    connector: RestConnector
    inbox: StatusInbox
    dispatcher: Dispatcher
    messenger: Messenger
    receipt: WebhookReceiver
    poller: Poller


class Workers:
    """The Temporal workers, one an agency, from the moment that Temporal is there."""

    def __init__(self, settings: AdapterSettings, parts: list[Parts]) -> None:
        self._settings = settings
        self._parts = parts
        self.connected = False

    async def run(self, stop: asyncio.Event) -> None:
        """Take assignments until `stop` is set; those under way have a few seconds to end."""
        address, namespace = self._settings.temporal_address, self._settings.temporal_namespace
        connecting = asyncio.create_task(temporal.connect(address, namespace))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([connecting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not connecting.done():
            connecting.cancel()
            return
        client = await connecting
        workers = [_worker(client, parts) for parts in self._parts]
        running = [asyncio.create_task(worker.run()) for worker in workers]
        self.connected = True
        await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
        self.connected = False
        await asyncio.gather(*(worker.shutdown() for worker in workers))
        await asyncio.gather(*running)


def _worker(client: Client, parts: Parts) -> Worker:
    mapping = parts.connected.mapping
    return Worker(
        client,
        task_queue=agency_task_queue(parts.connected.agency_id),
        activities=[parts.dispatcher.dispatch_assignment, parts.messenger.tell_agency],
        max_concurrent_activities=mapping.assignments_at_once,
        max_task_queue_activities_per_second=mapping.assignments_per_second,
        activity_task_poller_behavior=PollerBehaviorAutoscaling(minimum=1, maximum=5, initial=1),
        graceful_shutdown_timeout=GRACE,
    )


def connected_agencies(catalogue: Catalogue, access: Mapping[str, Access]) -> list[Connected]:
    """The agencies to serve, each with its mapping checked.

    Raises:
        PermanentError: naming the agency and what is wrong with its mapping, or that it has none.
    """
    if not access:
        raise PermanentError("no_agencies", "VAHID_AGENCIES names no agency.", remedy="Name at least one.")
    return [
        Connected(agency_id, check_mapping(agency_id, catalogue.agency(agency_id).connector), one)
        for agency_id, one in sorted(access.items())
    ]


@dataclass(frozen=True)
class Shared:
    """What all agencies share. `lookouts` lends the connections that are held while an agency is asked."""

    settings: AdapterSettings
    database: Database
    pollers: Database
    vault: Vault
    client: aiohttp.ClientSession
    relay: Relay
    words: Vocabularies


def parts_of(connected: Connected, shared: Shared, after: float = 0.0) -> Parts:
    """Everything that serves one agency; it is first polled `after` seconds (real time)."""
    agency_id, clock = connected.agency_id, shared.settings.clock
    connector = RestConnector(connected.mapping, connected.access, shared.client)
    inbox = StatusInbox(agency_id, connector, shared.database, shared.vault)
    callback = shared.settings.callback_of(agency_id)
    letters = DeadLetters(shared.vault)
    wake, interval = shared.relay.wake, shared.settings.poll_seconds
    return Parts(
        connected,
        connector,
        inbox,
        Dispatcher(agency_id, connected.mapping, connector, shared.database, shared.vault, callback),
        Messenger(agency_id, connector, shared.database, shared.vault, shared.words),
        WebhookReceiver(inbox, connector, shared.database, clock, wake),
        Poller(inbox, connector, shared.pollers, letters, clock, interval, wake, after),
    )


def offered_changes(parts: list[Parts], shared: Shared) -> Consumer:
    """The consumer of changes that are offered again."""
    offered = Offered(
        {one.connected.agency_id: one.inbox for one in parts},
        {one.connected.agency_id: one.connector for one in parts},
        shared.database,
        shared.vault,
    )
    consumer = Consumer(shared.settings.kafka_bootstrap, GROUP)
    consumer.on(AGENCY_CHANGES, CloudEvent[OfferedChange], offered.take)
    return consumer


def application(parts: list[Parts], workers: Workers, database: Database) -> FastAPI:
    """The HTTP application: webhooks, probes, metrics."""

    async def ready() -> dict[str, bool]:
        return {"database": await database.ping(), "temporal": workers.connected}

    app = create_app(SERVICE, ready, body_limit=BODY_LIMIT)
    add_webhooks(app, {one.connected.agency_id: one.receipt for one in parts})
    return app


async def run(settings: AdapterSettings) -> None:
    """Serve all connected agencies until the process is told to stop.

    Raises:
        PermanentError: the catalogue, a mapping, the agencies' file or a key file is not valid.
    """
    log.configure(SERVICE, settings.log_level)
    catalogue = load(settings.catalogue)
    agencies = connected_agencies(catalogue, read_access(settings.agencies))
    vault, stop = Vault(settings.keys), asyncio.Event()
    producer = Producer(settings.kafka_bootstrap, SERVICE)
    async with AsyncExitStack() as stack:
        database, pollers = Database(settings.database_url), Database(settings.database_url, len(agencies))
        stack.push_async_callback(database.close)
        stack.push_async_callback(pollers.close)
        stack.push_async_callback(producer.stop)
        client = await stack.enter_async_context(shared_client())
        await producer.start()
        relay = Relay("adapter", database, outbox, producer)
        shared = Shared(settings, database, pollers, vault, client, relay, catalogue.vocabularies)
        turns = [settings.poll_seconds * turn / len(agencies) for turn in range(len(agencies))]
        parts = [parts_of(one, shared, turn) for one, turn in zip(agencies, turns, strict=True)]
        workers = Workers(settings, parts)
        app = application(parts, workers, database)
        structlog.get_logger().info("adapter.starting", agencies=[one.agency_id for one in agencies])
        await run_until_stopped(
            serve(app, settings.http_host, settings.http_port, stop),
            relay.run(stop),
            workers.run(stop),
            offered_changes(parts, shared).run(stop),
            *(one.poller.run(stop) for one in parts),
            stop=stop,
        )
