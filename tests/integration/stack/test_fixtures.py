"""The shared fixtures provide what they promise."""

import stat

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


def test_nobody_else_reads_the_home_of_the_servers(servers: Stack) -> None:
    root = servers.home.root
    entries = [(path, path.lstat()) for path in (root, *root.rglob("*"))]
    open_to_others = [
        str(path) for path, found in entries if found.st_mode & 0o077 and not stat.S_ISLNK(found.st_mode)
    ]
    assert {"kafka", "postgres", "temporal", "logs", "run"} <= {path.name for path, _ in entries}
    assert open_to_others == []


def test_the_servers_are_ready(servers: Stack, kafka_bootstrap: str, temporal_address: str) -> None:
    assert servers.status().state == "ready"
    assert servers.addresses["kafka"].rpartition("@")[2] == shown(kafka_bootstrap)
    assert servers.addresses["kafka"].startswith("kafka://admin@")  # without its password
    assert servers.addresses["temporal"] == temporal_address
    assert all(process.ready for process in servers.status().processes)
