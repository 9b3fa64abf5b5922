"""Composes the router: the only place of it that connects to anything."""

import asyncio
from collections.abc import Mapping
from functools import partial

from temporalio.client import Client

from catalogue.loader import load
from kit import log, process, temporal
from kit.database import Database
from kit.http import create_app, run_until_stopped, serve
from kit.kafka import Consumer
from kit.vault import Vault
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_STATUSES, APPEALS
from services.router.handlers import AppealHandler, AppealTopicHandler, AttachmentHandler, StatusHandler
from services.router.settings import RouterSettings
from workflows.case.contracts import Rules
from workflows.client import CaseClient

GROUP = "router"


class Router:
    """The router with all that it holds open."""

    def __init__(self, settings: RouterSettings) -> None:
        self._settings = settings
        self._catalogue = load(settings.catalogue)
        self._vault = Vault(settings.keys)
        self._database = Database(settings.database_url)
        self._consumer = Consumer(settings.kafka_bootstrap, GROUP, max_workers=settings.router_workers)
        self._client: Client | None = None

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        stop = asyncio.Event()
        app = create_app(GROUP, self._ready)
        settings = self._settings
        try:
            await run_until_stopped(
                serve(app, settings.http_host, settings.http_port, stop), self._route(stop), stop=stop
            )
        finally:
            await self._database.close()

    async def _route(self, stop: asyncio.Event) -> None:
        self._client = await self._connect(stop)
        if self._client is None:
            return
        clock = self._settings.clock
        cases = CaseClient(self._client, partial(Rules.of, self._catalogue), clock)
        appeals = AppealHandler(self._database, self._vault, self._catalogue, cases, clock)
        attachments = AttachmentHandler(self._database, cases)
        self._consumer.on(
            APPEALS, CloudEvent[AppealReceived | AppealSupplemented], AppealTopicHandler(appeals, attachments)
        )
        self._consumer.on(
            AGENCY_STATUSES, CloudEvent[AssignmentStatus], StatusHandler(self._catalogue, cases)
        )
        await self._consumer.run(stop)

    async def _connect(self, stop: asyncio.Event) -> Client | None:
        """A client of Temporal, waited for as long as nobody stops the router; None when somebody does."""
        connecting = asyncio.ensure_future(
            temporal.connect(self._settings.temporal_address, self._settings.temporal_namespace)
        )
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait([connecting, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if connecting.done():
            return connecting.result()
        connecting.cancel()
        return None

    async def _ready(self) -> Mapping[str, bool]:
        return {
            "database": await self._database.ping(),
            "kafka": self._consumer.ready(),
            "temporal": self._client is not None,
        }


def main() -> None:
    """Run the router with the settings of the environment."""
    settings = RouterSettings()
    log.configure(GROUP, settings.log_level)
    process.run(Router(settings).run())
