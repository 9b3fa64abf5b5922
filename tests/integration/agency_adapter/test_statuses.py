"""Statuses in: by webhook and by poll, received once, sealed, published with their claim."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from kit.clock import Clock
from kit.database import Database
from kit.vault import Vault, key_id_of
from services.agency_adapter.assignment_dispatch import new_assignment
from services.agency_adapter.store import poll_watermarks, sent_assignments
from tests.contract.connectors.simulated import WEBHOOK_SECRET, SimulatedAgency
from tests.integration.agency_adapter.assignments import delivered, sealed_assignment
from tests.integration.agency_adapter.conftest import AGENCIES, Send
from tests.integration.agency_adapter.process import AdapterProcess
from tests.integration.agency_adapter.published import Event, all_statuses, statuses_of
from tests.unit.agency_adapter.conftest import mapping_of
from tests.waiting import until
from workflows.case.contracts import Assignment, Delivery

pytestmark = pytest.mark.stack


async def push(
    adapter: AdapterProcess, agency_id: str, body: bytes | dict[str, Any], **headers: str
) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    now = datetime.now(UTC)
    signed = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(WEBHOOK_SECRET).sign("m1", now, content.decode(errors="replace")),
    }
    async with httpx2.AsyncClient(trust_env=False) as client:
        url = f"{adapter.url}/v1/agencies/{agency_id}/statuses"
        return await client.post(url, content=content, headers={**signed, **headers})


def task_change(assignment: Assignment, delivery: Delivery, **changed: object) -> dict[str, object]:
    key = f"{assignment.case_id}/{assignment.step}/1"
    return {
        "changeId": str(10**9 + hash(key) % 10**9),
        "taskId": delivery.reference,
        "externalId": key,
        "state": "IN_WORK",
        "stateDate": "2021-08-24T12:00:00+04:00",
        "comment": "gizli qeyd",
        "sequence": 90,
        **changed,
    }


@pytest.mark.parametrize("agency_id", AGENCIES)
@pytest.mark.parametrize("lost", [0, 1], ids=["webhooks", "lost webhooks"])
async def test_every_status_is_published_once(
    agency_id: str,
    lost: int,
    adapter: AdapterProcess,
    agencies: dict[str, SimulatedAgency],
    kafka_bootstrap: str,
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
) -> None:
    await agencies[agency_id].change_behaviour({"lose_webhooks": lost, "duplicate_webhooks": 1 - lost})
    assignment, delivery = await delivered(agency_id, database, vault, clock, send)
    events = await all_statuses(kafka_bootstrap, assignment.case_id)
    await agencies[agency_id].change_behaviour({"lose_webhooks": 0, "duplicate_webhooks": 0})
    ids = [event.data.status_id for event in events]
    assert len(ids) == len(set(ids)) == (2 if mapping_of(agency_id).acknowledgement else 3)
    assert {event.data.reference for event in events} == {delivery.reference}
    assert all(event.subject == event.data.case_id == assignment.case_id for event in events)
    assert all(event.data.received_at >= event.data.occurred_at for event in events)
    trace = (assignment.traceparent or "").split("-")[1]
    assert all(event.traceparent is not None and event.traceparent.split("-")[1] == trace for event in events)
    if lost:
        assert {event.data.via for event in events} == {"poll"}
    await notes_open_with_the_appeal_s_key(database, vault, events, assignment.appeals[0].case_id)


async def notes_open_with_the_appeal_s_key(
    database: Database, vault: Vault, events: list[Event], key_id: str
) -> None:
    for event in events:
        sealed = event.data.sealed_note
        assert sealed is not None
        assert key_id_of(sealed) == key_id
        async with database.transaction() as connection:
            assert (await vault.open(connection, sealed)).decode()


async def test_a_repeated_webhook_is_received_once(
    adapter: AdapterProcess, kafka_bootstrap: str, database: Database, vault: Vault, clock: Clock, send: Send
) -> None:
    assignment, delivery = await delivered("mlspp", database, vault, clock, send)
    change = task_change(assignment, delivery)
    answers = await asyncio.gather(*(push(adapter, "mlspp", change) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {204}
    events = await all_statuses(kafka_bootstrap, assignment.case_id)
    assert [event.data.status_id for event in events].count(str(change["changeId"])) == 1
    [forwarded] = [event for event in events if event.data.status_id == change["changeId"]]
    assert "gizli" not in forwarded.model_dump_json()


async def test_an_id_known_with_another_statement_is_refused_aloud(
    adapter: AdapterProcess, kafka_bootstrap: str, database: Database, vault: Vault, clock: Clock, send: Send
) -> None:
    assignment, delivery = await delivered("mlspp", database, vault, clock, send)
    change = task_change(assignment, delivery)
    assert (await push(adapter, "mlspp", change)).status_code == 204
    for changed in ({"state": "CLOSED"}, {"comment": "another"}, {"sequence": 91}):
        answer = await push(adapter, "mlspp", change | changed)
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("status_id_reused")
    assert (await push(adapter, "mlspp", change)).status_code == 204
    events = await all_statuses(kafka_bootstrap, assignment.case_id)
    assert [event.data.raw_code for event in events if event.data.status_id == change["changeId"]] == [
        "IN_WORK"
    ]


async def test_an_id_of_one_assignment_is_another_status_in_the_next(
    adapter: AdapterProcess, kafka_bootstrap: str, database: Database, vault: Vault, clock: Clock, send: Send
) -> None:
    first, second = [await delivered("mlspp", database, vault, clock, send) for _ in range(2)]
    change_id = str(task_change(*first)["changeId"])
    for assignment, delivery in (first, second):
        change = task_change(assignment, delivery, changeId=change_id)
        assert (await push(adapter, "mlspp", change)).status_code == 204
    for assignment, _ in (first, second):
        events = await all_statuses(kafka_bootstrap, assignment.case_id)
        assert change_id in [event.data.status_id for event in events]


async def test_an_unmapped_code_is_kept_as_a_note_and_counted(
    adapter: AdapterProcess, kafka_bootstrap: str, database: Database, vault: Vault, clock: Clock, send: Send
) -> None:
    assignment, delivery = await delivered("mlspp", database, vault, clock, send)
    assert (await push(adapter, "mlspp", task_change(assignment, delivery, state="ARCHIVED"))).is_success
    events = await all_statuses(kafka_bootstrap, assignment.case_id)
    assert [event.data.status for event in events if event.data.raw_code == "ARCHIVED"] == ["note"]
    assert await adapter.metric('vahid_agency_unmapped_codes_total{agency_id="mlspp",part="status"}')


async def test_webhooks_that_are_refused(
    adapter: AdapterProcess, database: Database, vault: Vault, clock: Clock, send: Send
) -> None:
    assignment, delivery = await delivered("mlspp", database, vault, clock, send)
    change = task_change(assignment, delivery)
    answers = {
        "forged": await push(adapter, "mlspp", change, **{"webhook-signature": "v1,AAAA"}),
        "stale": await push(adapter, "mlspp", change, **{"webhook-timestamp": "1600000000"}),
        "garbage": await push(adapter, "mlspp", b"<html>"),
        "cut": await push(adapter, "mlspp", json.dumps(change).encode()[:40]),
        "not UTF-8": await push(adapter, "mlspp", b"\xff\xfe"),
        "too large": await push(adapter, "mlspp", b" " * 1_000_000),
        "of nobody": await push(
            adapter, "mlspp", change | {"taskId": "MLSPP-2021-999999", "externalId": "x/1/1"}
        ),
        "of two": await push(adapter, "mlspp", change | {"externalId": "another"}),
        "no agency": await push(adapter, "centre", change),
        "another agency's": await push(adapter, "nasimi-executive", another_agency_s(change)),
    }
    expected = {
        "forged": (401, "webhook_unsigned"),
        "stale": (401, "webhook_unsigned"),
        "garbage": (400, "change_malformed"),
        "cut": (400, "change_malformed"),
        "not UTF-8": (401, "webhook_unsigned"),
        "too large": (413, "too_large"),
        "of nobody": (404, "unknown_assignment"),
        "of two": (400, "change_contradicts"),
        "no agency": (404, "unknown_agency"),
        "another agency's": (404, "unknown_assignment"),
    }
    found = {
        name: (answer.status_code, answer.json()["type"].rpartition(":")[2])
        for name, answer in answers.items()
    }
    assert {name: status for name, (status, _) in found.items()} == {n: s for n, (s, _) in expected.items()}
    del found["too large"], expected["too large"]
    assert found == expected


def another_agency_s(change: dict[str, object]) -> dict[str, object]:
    """A change by which one agency would end an assignment of another."""
    return {
        "id": 77,
        "qeydiyyat": 99,
        "nomre": change["externalId"],
        "veziyyet": "tamamlandi",
        "tarix": 1_629_793_800_000,
    }


@pytest.mark.parametrize("failpoint", ["adapter.inbox.before_commit", "adapter.inbox.after_commit"])
async def test_a_death_at_the_inbox_loses_and_doubles_no_status(
    failpoint: str,
    adapter: AdapterProcess,
    kafka_bootstrap: str,
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
) -> None:
    assignment, _ = await delivered("mlspp", database, vault, clock, send)
    adapter.arm(failpoint)
    await adapter.wait_until_killed()
    await adapter.start()

    async def each_once() -> bool:
        """Whether all are there; what the receiver lost comes again after those that came later."""
        events = await statuses_of(kafka_bootstrap, assignment.case_id)
        by_id = {event.id: event.data.status for event in events}  # the relay may repeat one, under its id
        assert len(by_id) == len(set(by_id.values()))
        return sorted(by_id.values()) == ["fulfilled", "in_progress"]

    await until(each_once, "every status is published once")


async def test_our_absence_makes_no_agency_late_however_much_waits(
    adapter: AdapterProcess,
    agencies: dict[str, SimulatedAgency],
    kafka_bootstrap: str,
    database: Database,
    vault: Vault,
    clock: Clock,
) -> None:
    agency, tasks = agencies["mlspp"], mapping_of("mlspp").poll.limit // 2 + 10
    await agency.change_behaviour({"lose_webhooks": 1})
    await polled_after(database, "mlspp", clock.now())
    assert await adapter.stop() == 0
    case_id = await given_directly(agency, tasks, database, vault, clock)
    back = clock.now()
    await adapter.start()

    async def all_of_them() -> list[Event] | None:
        """Two of each task; the relay may repeat one, under its id."""
        events = {event.id: event for event in await statuses_of(kafka_bootstrap, case_id)}
        return list(events.values()) if len(events) == 2 * tasks else None

    events = await until(all_of_them, "what came in our absence is published")
    await agency.change_behaviour({"lose_webhooks": 0})
    assert all(event.data.received_at == event.data.occurred_at < back for event in events)


async def polled_after(database: Database, agency_id: str, since: datetime) -> None:
    """Wait until the agency's changes were read to their end, asked for after `since`."""

    async def polled() -> bool:
        async with database.transaction() as connection:
            _, polled_at = await poll_watermarks.read(connection, agency_id)
        return polled_at is not None and polled_at > since

    await until(polled, "the changes are read to their end")


async def given_directly(
    agency: SimulatedAgency, tasks: int, database: Database, vault: Vault, clock: Clock
) -> str:
    """Give the agency tasks of one case, whose id is returned, and wait until it is done with all."""
    assignment = await sealed_assignment(database, vault, agency.agency_id, clock)
    sent = new_assignment(assignment, key_id_of(assignment.appeals[0].sealed), clock.now())
    keys = [f"{sent.key}/{number}" for number in range(tasks)]
    async with database.transaction() as connection:
        for key in keys:
            await sent_assignments.begin(connection, replace(sent, key=key))
    async with httpx2.AsyncClient(trust_env=False, headers=authority(agency), base_url=agency.url) as client:
        for key in keys:
            task = {"externalId": key, "service": "x", "person": {}, "dueDate": assignment.due_at}
            task |= {"callbackUrl": "http://127.0.0.1:1/"}
            answer = await client.post("/api/v1/tasks", json=task, headers={"Idempotency-Key": key})
            answer.raise_for_status()

        async def done() -> bool:
            answer = await client.get("/api/v1/tasks/changes", params={"limit": "1000"})
            return sum(item["externalId"] in keys for item in answer.json()["items"]) == 2 * tasks

        await until(done, "the agency is done with its tasks")
    return assignment.case_id


def authority(agency: SimulatedAgency) -> dict[str, str]:
    return {"Authorization": f"Bearer {agency.access.token.get_secret_value()}"}
