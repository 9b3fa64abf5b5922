"""An intake process on real servers, with a channel key for each channel."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from kit.api_keys import issue
from kit.database import Database
from kit.kafka.admin import ensure_topics
from schemas.actors import Actor
from schemas.topics import load_contracts
from services.intake.channels import CHANNELS
from tests.integration.intake.process import Channel, IntakeProcess
from tests.stack import run

ATTACHMENT_LIMIT = 100 * 1024 * 1024


@pytest.fixture(scope="module")
def api_keys(database_url: str) -> dict[str, str]:
    """A key a channel."""

    async def made() -> dict[str, str]:
        database = Database(database_url)
        async with database.transaction() as connection:
            keys = {
                channel: await issue(connection, Actor(kind="channel", id=channel), [f"intake:{channel}"])
                for channel in CHANNELS
            }
        await database.close()
        return keys

    return run(made)


@pytest.fixture(scope="module")
def attachments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which attachments are stored."""
    return tmp_path_factory.mktemp("attachments")


@pytest.fixture(scope="module")
def settings(database_url: str, kafka_bootstrap: str, keys: Path, attachments: Path) -> dict[str, str]:
    """The environment of an intake process."""
    ensure_topics(kafka_bootstrap, load_contracts())
    return {
        "VAHID_DATABASE_URL": database_url,
        "VAHID_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "VAHID_KEYS": str(keys),
        "VAHID_ATTACHMENTS": str(attachments),
        "VAHID_INTAKE_ATTACHMENT_LIMIT": str(ATTACHMENT_LIMIT),
        "VAHID_CLOCK": '{"epoch": "2021-08-23T09:00:00+04:00", "started_at": "2026-01-01T00:00:00+00:00"}',
    }


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str]) -> Iterator[IntakeProcess]:
    """One process for the tests of a module that leave it alive."""
    process = IntakeProcess(tmp_path_factory.mktemp("intake"), settings)
    run(process.start)
    yield process
    assert run(process.stop) == 0


@pytest.fixture
async def mortal(tmp_path: Path, settings: dict[str, str]) -> AsyncIterator[IntakeProcess]:
    """A process of the test's own, to be killed."""
    async with IntakeProcess(tmp_path, settings) as process:
        yield process


@pytest.fixture
def online(process: IntakeProcess, api_keys: dict[str, str]) -> Channel:
    return Channel(process, api_keys["online"])


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def key() -> str:
    """An idempotency key that nobody else uses."""
    return uuid4().hex
