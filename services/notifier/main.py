"""Declares the parts of the notifier: the only place of it that connects to anything."""

from collections.abc import Iterable
from datetime import timedelta

from catalogue.loader import load
from kit import service
from kit.database import Database
from kit.kafka.consumer import Consumer
from kit.kafka.producer import Producer
from kit.key_files import INDEX_KEY, MASTER_KEY
from kit.outbox.relay import Relay
from kit.service import Service
from kit.vault import Vault
from schemas.appeals import NoticeChannel
from schemas.case_events import RecordedEvent
from schemas.envelope import CloudEvent
from schemas.topics import CASE_EVENTS
from services.notifier.channel_sender import ChannelSender
from services.notifier.contact_hours import ContactHours
from services.notifier.gateways.gateway import Gateway
from services.notifier.gateways.mail import MailGateway
from services.notifier.gateways.sms import SmsGateway
from services.notifier.handlers import CaseEventHandler
from services.notifier.message_composer import MessageComposer
from services.notifier.settings import NotifierSettings
from services.notifier.stale_send_recovery import StaleSendRecovery
from services.notifier.tables import outbox
from services.notifier.wake_signal import WakeSignal

GROUP = "notifier"


async def declare(notifier: Service, settings: NotifierSettings) -> None:
    """The database, the relay, a consumer of case events, senders with their gateways, and the recovery."""
    catalogue, clock = load(settings.catalogue), settings.clock
    database = await notifier.open(Database(settings.database_url))
    composer = MessageComposer(Vault(settings.keys, (MASTER_KEY, INDEX_KEY)), catalogue)
    hours = ContactHours(catalogue, clock)
    gateways = gateways_of(settings)
    wakes = {gateway.channel: WakeSignal() for gateway in gateways}
    lease = timedelta(seconds=settings.lease_seconds)
    senders = [
        ChannelSender(gateway, database, composer, hours, clock, lease, wakes[gateway.channel])
        for gateway in gateways
    ]
    idempotent = {gateway.channel: gateway.idempotent for gateway in gateways}
    recovery = StaleSendRecovery(database, clock, idempotent, wakes["sms"])

    def wake(channels: Iterable[NoticeChannel]) -> None:
        for channel in channels:
            wakes[channel].set()

    producer = await notifier.open(Producer(settings.kafka_bootstrap, GROUP))
    relay = Relay("notifier", database, outbox, producer)
    consumer = Consumer(settings.kafka_bootstrap, GROUP, failure_limit=settings.consumer_failure_limit)
    handler = CaseEventHandler(database, composer, catalogue, clock, wake)
    consumer.on(CASE_EVENTS, CloudEvent[RecordedEvent], handler)
    notifier.checks(database=database.ping, kafka=consumer.ready, consumer_not_halted=consumer.not_halted)
    notifier.tasks(consumer.run, relay.run, recovery.run, *(sender.run for sender in senders))


def gateways_of(settings: NotifierSettings) -> list[Gateway]:
    """As many of each channel as there are senders: a gateway serves one sender at a time."""
    made: list[Gateway] = []
    for _ in range(settings.senders):
        made += [MailGateway(settings, settings.clock), SmsGateway(settings)]
    return made


def main() -> None:
    """Run the notifier with the settings of the environment."""
    service.main(GROUP, NotifierSettings, declare)
