"""Changes that cannot be used are dead-lettered, block no other, and are received after a redrive."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from kit.clock import Clock
from kit.database import Database
from kit.kafka.dead_letters import DeadLetters
from kit.vault import Vault, key_id_of
from services.agency_adapter.assignment_dispatch import new_assignment
from services.agency_adapter.dead_letters import GROUP
from services.agency_adapter.dead_letters import TOPIC as DEAD_LETTERS
from services.agency_adapter.store import sent_assignments
from services.agency_adapter.tables import inbox
from tests.contract.connectors.simulated import SimulatedAgency
from tests.integration.agency_adapter.assignments import delivered, sealed_assignment
from tests.integration.agency_adapter.conftest import Send
from tests.integration.agency_adapter.process import AdapterProcess
from tests.integration.agency_adapter.published import all_statuses, records
from tests.waiting import until

pytestmark = pytest.mark.stack


async def test_a_change_of_a_foreign_assignment_is_dead_lettered_and_blocks_nothing(
    adapter: AdapterProcess,
    agencies: dict[str, SimulatedAgency],
    kafka_bootstrap: str,
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
) -> None:
    agency = agencies["nasimi-executive"]
    await agency.change_behaviour({"lose_webhooks": 1})
    user, _, password = agency.access.token.get_secret_value().partition(":")
    foreign = {
        "nomre": "somebody-else/1",
        "xidmet": "land-plot",
        "vetendas": {"soyad": "Başqa"},
        "son_tarix": 1_640_000_000_000,
        "bildiris_url": "http://127.0.0.1:1/",
    }
    async with httpx2.AsyncClient(trust_env=False, auth=(user, password)) as client:
        (await client.post(f"{agency.url}/muraciet", json=foreign)).raise_for_status()
    assignment, _ = await delivered("nasimi-executive", database, vault, clock, send)
    assert len(await all_statuses(kafka_bootstrap, assignment.case_id)) == 3

    async def dead_lettered() -> list[Any] | None:
        dead_letters = [
            record
            for record in await records(kafka_bootstrap, DEAD_LETTERS)
            if record.key == b"nasimi-executive"
        ]
        return dead_letters if len(dead_letters) >= 3 else None

    dead_letters = await until(dead_lettered, "the foreign changes are dead-lettered")
    await agency.change_behaviour({"lose_webhooks": 0})
    assert {dict(dead_letter.headers)["error-code"] for dead_letter in dead_letters} == {
        b"unknown_assignment"
    }
    assert not any(b"somebody-else" in dead_letter.value for dead_letter in dead_letters)
    async with database.transaction() as connection:
        query = select(inbox.c.status_id).where(inbox.c.case_id.is_(None))
        assert len((await connection.execute(query)).all()) == len(dead_letters)
    await corrected_they_are_received(database, kafka_bootstrap, vault, clock)


async def corrected_they_are_received(database: Database, bootstrap: str, vault: Vault, clock: Clock) -> None:
    """The assignment is ours after all: a redrive brings its statuses into the case."""
    ours = await sealed_assignment(database, vault, "nasimi-executive", clock)
    sent = replace(
        new_assignment(ours, key_id_of(ours.appeals[0].sealed), clock.now()), key="somebody-else/1"
    )
    async with database.transaction() as connection:
        await sent_assignments.begin(connection, sent)
    waiting = await asyncio.to_thread(DeadLetters(bootstrap).list, GROUP)
    ids = [dead_letter.id for dead_letter in waiting if dead_letter.error_code == "unknown_assignment"]
    assert await asyncio.to_thread(DeadLetters(bootstrap).redrive, GROUP, ids) == 3
    events = {event.id: event.data for event in await all_statuses(bootstrap, ours.case_id)}
    assert {"acknowledged", "in_progress", "fulfilled"} >= {status.status for status in events.values()}
