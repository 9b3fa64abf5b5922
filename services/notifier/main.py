"""Composes the notifier: the only place of it that connects to anything."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import timedelta

from catalogue.loader import load
from kit import log, process
from kit.database import Database
from kit.http import create_app, run_until_stopped, serve
from kit.kafka import Consumer
from kit.vault import Vault
from schemas.appeals import NoticeChannel
from schemas.case_events import RecordedEvent
from schemas.envelope import CloudEvent
from schemas.topics import CASE_EVENTS
from services.notifier.gateways.gateway import Gateway
from services.notifier.gateways.mail import MailGateway
from services.notifier.gateways.sms import SmsGateway
from services.notifier.handlers import CaseEventHandler
from services.notifier.message_composer import MessageComposer
from services.notifier.sender import Sender
from services.notifier.settings import NotifierSettings
from services.notifier.stale_send_recovery import StaleSendRecovery
from services.notifier.wake_signal import WakeSignal

GROUP = "notifier"


class Notifier:
    """The notifier with all that it holds open."""

    def __init__(self, settings: NotifierSettings) -> None:
        self._settings = settings
        catalogue = load(settings.catalogue)
        clock = settings.clock
        self._database = Database(settings.database_url)
        composer = MessageComposer(Vault(settings.keys), catalogue)
        self._consumer = Consumer(settings.kafka_bootstrap, GROUP)
        gateways = self._gateways()
        wakes = {gateway.channel: WakeSignal() for gateway in gateways}
        lease = timedelta(seconds=settings.lease_seconds)
        self._senders = [
            Sender(gateway, self._database, composer, clock, lease, wakes[gateway.channel])
            for gateway in gateways
        ]
        repeatable = {gateway.channel: gateway.repeatable for gateway in gateways}
        self._recovery = StaleSendRecovery(self._database, clock, repeatable, wakes["sms"])

        def wake(channels: Iterable[NoticeChannel]) -> None:
            for channel in channels:
                wakes[channel].set()

        handler = CaseEventHandler(self._database, composer, catalogue, clock, wake)
        self._consumer.on(CASE_EVENTS, CloudEvent[RecordedEvent], handler)

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        stop = asyncio.Event()
        app = create_app(GROUP, self._ready)
        settings = self._settings
        try:
            await run_until_stopped(
                serve(app, settings.http_host, settings.http_port, stop),
                self._consumer.run(stop),
                self._recovery.run(stop),
                *(sender.run(stop) for sender in self._senders),
                stop=stop,
            )
        finally:
            await self._database.close()

    def _gateways(self) -> list[Gateway]:
        """As many of each as there are senders: a gateway serves one at a time."""
        made: list[Gateway] = []
        for _ in range(self._settings.senders):
            made += [MailGateway(self._settings, self._settings.clock), SmsGateway(self._settings)]
        return made

    async def _ready(self) -> Mapping[str, bool]:
        return {"database": await self._database.ping(), "kafka": self._consumer.ready()}


def main() -> None:
    """Run the notifier with the settings of the environment."""
    settings = NotifierSettings()
    log.configure(GROUP, settings.log_level)
    process.run(Notifier(settings).run())
