"""The shared fixtures provide what they promise."""

import asyncpg
import pytest
from sqlalchemy import make_url

from kit.kafka.connection import shown
from vahid.stack import Stack

pytestmark = pytest.mark.stack


async def test_a_database_of_its_own_with_all_tables(database_url: str) -> None:
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    schemas = {row[0] for row in await connection.fetch("SELECT schemaname FROM pg_tables")}
    assert await connection.fetchval("SHOW fsync") == "on"
    assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
    await connection.close()
    assert {"vault", "access", "intake", "router", "ledger", "adapter", "notifier"} <= schemas


def test_the_servers_are_ready(servers: Stack, kafka_bootstrap: str, temporal_address: str) -> None:
    assert servers.status().state == "ready"
    assert servers.addresses["kafka"].rpartition("@")[2] == shown(kafka_bootstrap)
    assert servers.addresses["kafka"].startswith("kafka://admin@")  # without its password
    assert servers.addresses["temporal"] == temporal_address
    assert all(process.ready for process in servers.status().processes)
