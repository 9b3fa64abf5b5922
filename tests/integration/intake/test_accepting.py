"""Appeals that are accepted: on every channel, once, with a receipt that proves it."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import rfc8785
from joserfc import jws
from joserfc.jwk import OKPKey
from sqlalchemy import text

import schemas
from kit.database import Database
from kit.vault import Vault
from schemas.appeals import AppealContent, AppealReceived
from schemas.envelope import CloudEvent
from services.intake.appeals.acceptance import case_id_of
from services.intake.appeals.tracking import parse_tracking_number
from services.intake.channels import CHANNELS
from services.intake.claims import purge
from tests.integration.intake.process import Channel, IntakeProcess
from tests.integration.intake.published import count, messages_of
from tests.unit.intake.submissions import applicant, body

PUBLISHED = Path(schemas.__file__).parent / "published"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_every_channel_submits_with_its_own_key(
    process: IntakeProcess, api_keys: dict[str, str], channel: str, key: str
) -> None:
    answer = await Channel(process, api_keys[channel]).post(body(channel=channel), key)
    assert answer.status_code == 201, answer.text
    assert parse_tracking_number(answer.json()["tracking_number"])
    assert answer.json()["received_at"].startswith("20")
    other = "mobile" if channel != "mobile" else "online"
    refused = await Channel(process, api_keys[other]).post(body(channel=channel), key)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:vahid:problem:forbidden")


async def test_what_was_accepted_is_stored_sealed_published_and_provable(
    online: Channel, database: Database, kafka_bootstrap: str, keys: Path, key: str
) -> None:
    sent = body(text="Xahiş edirəm", details={"military_unit": "N"})
    traceparent = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    answer = (await online.post(sent, key, headers=traceparent)).json()
    case_id = case_id_of(answer["appeal_id"])
    [message] = await messages_of(kafka_bootstrap, {case_id}, database)
    jsonschema.validate(message, json.loads((PUBLISHED / "appeal-received.json").read_text()))
    event = CloudEvent[AppealReceived].model_validate(message)
    assert event.subject == event.data.case_id == case_id
    assert event.correlationid == event.data.tracking_number == answer["tracking_number"]
    assert event.traceparent is not None and TRACE in event.traceparent
    assert event.data.receipt_digest == hashlib.sha256(answer["receipt"].encode()).hexdigest()
    await _opens_to(sent, event.data, database, Vault(keys))
    await _is_proved_by((await online.get("/v1/receipt-key")).json(), answer, sent)


async def _opens_to(sent: dict[str, Any], appeal: AppealReceived, database: Database, vault: Vault) -> None:
    async with database.transaction() as connection:
        key = await vault.data_key(connection, appeal.case_id)
        row = await connection.execute(
            text("SELECT sealed, services FROM intake.appeals WHERE appeal_id = :id"),
            {"id": appeal.appeal_id},
        )
        stored = row.one()
    content = AppealContent.model_validate_json(key.open(appeal.sealed))
    assert stored == (appeal.sealed, ["employment"])
    assert content.applicant.surname == sent["applicant"]["surname"] and content.text == sent["text"]
    assert content.details == sent["details"]


async def _is_proved_by(jwk: dict[str, str], answer: dict[str, Any], sent: dict[str, Any]) -> None:
    receipt = jws.deserialize_compact(answer["receipt"], OKPKey.import_key(jwk), algorithms=["Ed25519"])
    salted = answer["receipt_salt"].encode() + b"." + rfc8785.dumps(sent)
    assert json.loads(receipt.payload)["appeal_digest"] == hashlib.sha256(salted).hexdigest()


async def test_an_appeal_without_a_fin_is_accepted_without_an_index(
    online: Channel, database: Database, kafka_bootstrap: str, key: str
) -> None:
    answer = (await online.post(applicant(fin=None), key)).json()
    [message] = await messages_of(kafka_bootstrap, {case_id_of(answer["appeal_id"])}, database)
    assert "applicant_index" not in message["data"]


async def test_a_repeated_request_gets_the_same_response(
    online: Channel, database: Database, key: str
) -> None:
    first, again = await online.post(body(), key), await online.post(dict(reversed(body().items())), key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first.headers and again.headers["Idempotent-Replayed"] == "true"
    assert await count(database, "intake.appeals WHERE appeal_id = :id", id=first.json()["appeal_id"]) == 1


async def test_a_hundred_at_once_under_one_key_are_one_appeal(
    online: Channel, database: Database, kafka_bootstrap: str, key: str
) -> None:
    async with httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(max_connections=100)) as client:
        answers = await asyncio.gather(*(online.post(body(), key, client=client) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    case_id = case_id_of(answers[0].json()["appeal_id"])
    assert len(await messages_of(kafka_bootstrap, {case_id}, database)) == 1
    assert await count(database, "intake.appeals WHERE case_id = :id", id=case_id) == 1
    assert await count(database, "vault.data_keys WHERE key_id = :id", id=case_id) == 1


async def test_another_body_under_a_used_key_is_a_conflict(online: Channel, key: str) -> None:
    assert (await online.post(body(), key)).status_code == 201
    conflict = await online.post(body(text="Başqa"), key)
    assert conflict.status_code == 409
    assert conflict.json()["type"] == "urn:vahid:problem:idempotency_key.other_body"


async def test_a_conflict_at_the_same_moment_fails_nobody_else(online: Channel) -> None:
    bodies = [body(text=f"Mətn {number}") for number in range(20)]
    async with httpx2.AsyncClient(timeout=60) as client:
        first = await asyncio.gather(
            *(online.post(each, f"shared-{number // 2}", client=client) for number, each in enumerate(bodies))
        )
    pairs = [sorted((first[each].status_code, first[each + 1].status_code)) for each in range(0, 20, 2)]
    assert pairs == [[201, 409]] * 10


async def test_two_channels_may_use_the_same_key(
    process: IntakeProcess, api_keys: dict[str, str], key: str
) -> None:
    answers = [
        await Channel(process, api_keys[channel]).post(body(channel=channel), key)
        for channel in ("online", "mobile")
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["appeal_id"] != answers[1].json()["appeal_id"]


async def test_a_key_whose_time_is_over_makes_no_second_appeal(
    online: Channel, database: Database, key: str
) -> None:
    assert (await online.post(body(), key)).status_code == 201
    async with database.transaction() as connection:
        expire = text("UPDATE intake.idempotency SET expires_at = now() - interval '1 s' WHERE key = :key")
        await connection.execute(expire, {"key": key})
    assert await purge(database) == 1
    spent = await online.post(body(), key)
    assert (spent.status_code, spent.json()["type"]) == (409, "urn:vahid:problem:idempotency_key.spent")


async def test_the_summary_of_an_accepted_appeal_holds_nothing_personal(online: Channel, key: str) -> None:
    accepted = (await online.post(body(), key)).json()
    number = accepted["tracking_number"]
    summary = await online.get(f"/v1/appeals/{number.lower()}")
    assert summary.json() == {
        "tracking_number": number, "received_at": accepted["received_at"].replace("Z", "+00:00"),
        "services": ["employment"],
    }  # fmt: skip
    wrong = number[:-1] + ("A" if number[-1] != "A" else "C")
    assert (await online.get(f"/v1/appeals/{wrong}")).json()["type"].endswith("tracking_number.invalid")
    online.headers = {}
    assert (await online.get(f"/v1/appeals/{number}")).status_code == 401


async def test_outcomes_are_counted(online: Channel, key: str) -> None:
    await online.post(body(), key)
    metrics = (await online.get("/metrics")).text
    assert 'vahid_intake_appeals_total{channel="online",outcome="accepted"}' in metrics


async def test_a_check_says_what_would_be_and_stores_nothing(online: Channel, database: Database) -> None:
    before = await count(database, "intake.appeals")
    async with httpx2.AsyncClient(headers=online.headers) as client:
        address = (await online.get("/healthz")).url.copy_with(path="/v1/appeals/check")
        good = await client.post(address, json=body())
        bad = await client.post(address, json=body(services=["no-such"]))
        nobody = await client.post(address, json=body(), headers={"Authorization": ""})
    assert good.json()["acceptable"] is True and good.json()["route"]["services"] == ["employment"]
    assert (bad.status_code, bad.json()["acceptable"]) == (200, False)
    assert nobody.status_code == 401
    assert await count(database, "intake.appeals") == before


async def test_services_are_listed_without_a_key_and_described(online: Channel) -> None:
    online.headers = {}
    [service] = [
        service
        for service in (await online.get("/v1/services")).json()["services"]
        if service["code"] == "employment"
    ]
    assert service["title"]["az"] and service["title"]["en"]
    assert (await online.get("/v1/services/employment")).json()["documents"]
    assert {"/v1/services", "/v1/services/{service}"} <= set(
        (await online.get("/openapi.json")).json()["paths"]
    )
