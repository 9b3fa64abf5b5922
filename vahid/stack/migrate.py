"""Migrate an installation: its keys, tables, topics and API keys. A process of its own."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from kit.api_keys import api_keys, issue
from kit.database import Database
from kit.errors import VahidError
from kit.kafka.admin import ensure_topics
from kit.kafka.connection import KafkaConnection
from kit.kafka.rights import ensure_rights, rights
from kit.key_files import create_keys
from kit.settings import Settings
from migrations import upgrade
from migrations.roles import ensure_roles
from schemas.actors import Actor
from schemas.topics import dlq_topic, load_contracts
from services.agency_adapter.dead_letters import TOPIC as ADAPTER_DEAD_LETTERS
from services.intake.channels import EARLIER_RECEIPT
from vahid.stack.home import Home, changed_json
from vahid.stack.installation import database_logins, kafka_logins
from vahid.stack.processes import KAFKA_LOGINS
from vahid.stack.servers.kafka import KAFKA_ADMIN
from vahid.stack.servers.postgres import is_own_server

CHANNELS = ("on_site", "call_centre", "mobile", "online", "import")
KEYS = {name: (Actor(kind="channel", id=name), (f"intake:{name}",)) for name in CHANNELS} | {
    "on_site": (Actor(kind="channel", id="on_site"), ("intake:on_site", EARLIER_RECEIPT)),
    "staff": (Actor(kind="staff", id="operator"), ("staff",)),
    "commission": (Actor(kind="commission", id="commission"), ("commission",)),
}
"""The API keys of a new installation, by their name in `api-keys.json`."""


def migrate(home: Home, settings: Settings) -> None:
    """Migrate all of it. What is up to date stays as it is."""
    create_keys(settings.keys)
    with ThreadPoolExecutor() as pool:
        topics = pool.submit(_topics, home, settings.kafka_bootstrap)
        upgrade(settings.database_url)
        topics.result()
    asyncio.run(_logins_and_keys(home, settings.database_url))


def _topics(home: Home, bootstrap: str) -> None:
    contracts = load_contracts()
    groups = {consumer for contract in contracts for consumer in contract.consumers}
    ensure_topics(
        bootstrap, contracts, sorted({dlq_topic(group) for group in groups} | {ADAPTER_DEAD_LETTERS})
    )
    if home.kafka_logins.exists() and _is_own_broker(bootstrap, logins := kafka_logins(home)):
        passwords = {login: logins[login] for login in KAFKA_LOGINS}
        ensure_rights(
            bootstrap, passwords, [right for right in rights(contracts) if right.login in passwords]
        )


def _is_own_broker(bootstrap: str, logins: Mapping[str, str]) -> bool:
    """Whether it is the broker of this home. The rights in any other one are its operators' to give."""
    return KafkaConnection.of(bootstrap).password == logins[KAFKA_ADMIN]


async def _logins_and_keys(home: Home, database_url: str) -> None:
    if (home.root / "postgres").exists() and is_own_server(home, database_url):
        await ensure_roles(database_url, database_logins(home))
    await _api_keys(home, database_url)


async def _api_keys(home: Home, database_url: str) -> None:
    """Issue the keys that the file or this database does not have."""
    database = Database(database_url)
    with changed_json(home.api_keys) as kept:
        async with database.transaction() as connection:
            known = set((await connection.execute(select(api_keys.c.key_id))).scalars())
            for name, (actor, scopes) in KEYS.items():
                if kept.get(name, "").split("_")[1:2] not in [[key] for key in known]:
                    kept[name] = await issue(connection, actor, scopes)
    await database.close()


def main() -> None:
    """Migrate the installation that the environment names; exit status 1 with a sentence when that fails."""
    parser = argparse.ArgumentParser(description="Migrate an installation.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the installation")
    try:
        migrate(Home.at(parser.parse_args().home), Settings())
    except VahidError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
