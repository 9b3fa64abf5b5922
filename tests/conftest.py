"""Fixtures that several layers share. The servers are started only when a test asks for one of them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from kit import log

if TYPE_CHECKING:
    from vahid.stack import Stack

# A busy machine fails no test: benchmarks/ measure speed. `make test-properties` tries more examples.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _PATIENT, max_examples=30)
settings.register_profile("thorough", _PATIENT, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# As in a service: the default log takes seconds to draw a traceback.
log.configure("tests")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Stack]":
    """PostgreSQL, Kafka and Temporal: one set a session. A test that kills one waits for its return."""
    from tests import stack as real
    from vahid.stack import Stack

    with real.running(Stack(tmp_path_factory.mktemp("servers"), only="servers")) as stack:
        yield stack


@pytest.fixture(scope="session")
def database_template(servers: "Stack") -> str:
    """The name of a database with all tables, from which databases are copied quickly."""
    from tests import stack as real

    server = servers.environment()["VAHID_DATABASE_URL"]
    name = f"{real.fresh_name()}_template"
    real.run(lambda: real.create_template(server, name))
    return name


@pytest.fixture(scope="module")
def database_url(servers: "Stack", database_template: str) -> Iterator[str]:
    """The URL (postgresql+asyncpg) of a fresh database with all tables, one a module."""
    from tests import stack as real

    server, name = servers.environment()["VAHID_DATABASE_URL"], real.fresh_name()
    yield real.run(lambda: real.create_database(server, name, database_template))
    real.run(lambda: real.drop_database(server, name))


@pytest.fixture(scope="session")
def kafka_bootstrap(servers: "Stack") -> str:
    """The address of Kafka; topics are shared by the session, so name your own or use a group of your own."""
    return servers.environment()["VAHID_KAFKA_BOOTSTRAP"]


@pytest.fixture(scope="session")
def temporal_address(servers: "Stack") -> str:
    """The address of Temporal; task queues and workflow ids are shared by the session."""
    return servers.environment()["VAHID_TEMPORAL_ADDRESS"]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of an installation (see `kit.vault`)."""
    from kit.key_files import create_keys

    folder = tmp_path_factory.mktemp("keys")
    create_keys(folder)
    return folder


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Stack]":
    """The whole stack with its own servers, simulators and services, in demo time; one a session."""
    from tests import stack as real

    with real.running(real.whole_stack(tmp_path_factory.mktemp("stack"))) as stack:
        yield stack
