"""The notifier as a process, between Kafka and the simulated providers."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kit.database import Database
from kit.kafka.admin import ensure_topics
from kit.kafka.producer import Producer
from kit.vault import Vault
from schemas.topics import dlq_topic, load_contracts
from tests.integration.notifier.harness import CLOCK, Harness
from tests.integration.service import ServiceProcess, free_port
from tests.stack import run

TOKEN = "secret"


@pytest.fixture(scope="module")
def mail_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory, mail_port: int) -> Iterator[ServiceProcess]:
    """The catching mail server; a test may stop it."""
    folder = tmp_path_factory.mktemp("mail")
    arguments = ["--smtp-port", str(mail_port), "--data", str(folder)]
    process = ServiceProcess("simulators.mail", folder, {}, *arguments)
    yield process
    run(process.stop)


@pytest.fixture(scope="module")
def sms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """The SMS gateway; a test may stop it."""
    folder = tmp_path_factory.mktemp("sms")
    process = ServiceProcess("simulators.sms", folder, {"VAHID_SMS_TOKEN": TOKEN}, "--data", str(folder))
    yield process
    run(process.stop)


@pytest.fixture(scope="module")
def process(
    tmp_path_factory: pytest.TempPathFactory,
    database_url: str,
    kafka_bootstrap: str,
    keys: Path,
    mail_port: int,
    sms: ServiceProcess,
) -> Iterator[ServiceProcess]:
    ensure_topics(kafka_bootstrap, load_contracts(), [dlq_topic("notifier")])
    settings = {
        "VAHID_DATABASE_URL": database_url,
        "VAHID_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "VAHID_KEYS": str(keys),
        "VAHID_SMTP_PORT": str(mail_port),
        "VAHID_SMS_URL": sms.url,
        "VAHID_SMS_TOKEN": TOKEN,
        "VAHID_SEND_SECONDS": "2",
        "VAHID_LEASE_SECONDS": "5",
        "VAHID_CLOCK": CLOCK.model_dump_json(),
    }
    process = ServiceProcess("services.notifier", tmp_path_factory.mktemp("notifier"), settings)
    yield process
    run(process.stop)


@pytest.fixture
async def notifier(process: ServiceProcess, mail: ServiceProcess, sms: ServiceProcess) -> ServiceProcess:
    """The notifier and its providers, alive; a test may kill any of them."""
    for each in (mail, sms, process):
        if not each.alive:
            await each.start()
    return process


@pytest.fixture
async def harness(
    database_url: str, kafka_bootstrap: str, keys: Path, mail: ServiceProcess, sms: ServiceProcess
) -> AsyncIterator[Harness]:
    database = Database(database_url)
    producer = Producer(kafka_bootstrap, "test")
    yield Harness(database, Vault(keys), producer, mail, sms, kafka_bootstrap)
    await producer.stop()
    await database.close()
