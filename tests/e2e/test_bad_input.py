"""Bad input of every kind, on a running system: a clear error or the dead-letter topic; the rest goes on."""

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from kit.kafka.dead_letters import DeadLetters
from schemas.topics import load_contracts
from tests.e2e.installation import PATIENCE, Installation
from tests.unit.intake.submissions import applicant, body
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]

MEGABYTE = 1024 * 1024
STRANGER = str(uuid.UUID(int=7))
UTF8 = json.dumps(body(), ensure_ascii=False).encode()
AS_JSON = {"Content-Type": "application/json"}

BAD_REQUESTS: list[tuple[str, dict[str, Any], int, str]] = [
    ("malformed JSON", {"content": UTF8[:-3], "headers": AS_JSON}, 400, "malformed_json"),
    ("wrong type", {"content": UTF8, "headers": {"Content-Type": "text/xml"}}, 415, "unsupported_media_type"),
    ("fifty megabytes", {"content": b"x" * 50 * MEGABYTE, "headers": AS_JSON}, 413, "content_too_large"),
    ("unknown service", {"json": body(services=["flying"])}, 422, "appeal.unknown_service"),
    ("invalid FIN", {"json": applicant(fin="5ABC1DO")}, 422, "fin.invalid"),
    (
        "broken UTF-8",
        {"content": UTF8.replace("ü".encode(), b"\xff", 1), "headers": AS_JSON},
        400,
        "invalid_encoding",
    ),
]


async def _appeals(installation: Installation) -> int:
    return int(await installation.value("SELECT count(*) FROM intake.appeals"))


@pytest.mark.parametrize(
    ("sent", "status", "code"), [one[1:] for one in BAD_REQUESTS], ids=[one[0] for one in BAD_REQUESTS]
)
async def test_intake_refuses_what_is_no_appeal_and_says_why(
    installation: Installation, sent: dict[str, Any], status: int, code: str
) -> None:
    before = await _appeals(installation)
    headers = installation.headers(str(uuid.uuid4())) | sent.get("headers", {})
    answer = await installation.post(headers, **{k: v for k, v in sent.items() if k != "headers"})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (status, f"urn:vahid:problem:{code}")
    assert problem["detail"] and "5ABC1D" not in answer.text
    assert await _appeals(installation) == before


async def test_the_same_key_with_another_body_is_a_conflict(installation: Installation) -> None:
    key = str(uuid.uuid4())
    first = await installation.hand_in(key, services=None, text="Kömək edin.", applicant=_nobody())
    again = await installation.hand_in(key, services=None, text="Kömək edin.", applicant=_nobody())
    other = await installation.hand_in(key, services=None, text="Başqa sözlər.", applicant=_nobody())
    assert first.json()["tracking_number"] == again.json()["tracking_number"]
    assert (other.status_code, other.json()["type"]) == (409, "urn:vahid:problem:idempotency_key.other_body")
    await installation.settle_triage(await installation.case_of(first))


def _nobody(**changes: Any) -> dict[str, Any]:
    """An applicant without a FIN, so that the appeal goes to triage and to no body."""
    person = {**body()["applicant"], "phone": "+994552000001", "email": None, "fin": None} | changes
    return {name: value for name, value in person.items() if value is not None}


def _signed(secret: str, content: bytes) -> dict[str, str]:
    message_id = f"msg_{uuid.uuid4()}"
    at = datetime.fromtimestamp(int(time.time()), UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, content.decode()),
    }


STRANGE_CHANGE = {
    "changeId": "999999999",
    "taskId": "MLSPP-1999-000001",
    "externalId": f"{STRANGER}/t1.none/1",
    "state": "DONE",
    "stateDate": "2021-09-01T10:00:00+04:00",
    "sequence": 2,
}
GARBAGE: list[tuple[str, bytes, bool, int]] = [
    ("unsigned", json.dumps(STRANGE_CHANGE).encode(), False, 401),
    ("not JSON", b"<html>", True, 400),
    ("another shape", b'{"hello": ["world"]}', True, 400),
    ("a list", b"[[]]", True, 400),
    ("deep", b"[" * 50_000, True, 400),
    ("an assignment that nobody sent", json.dumps(STRANGE_CHANGE).encode(), True, 404),
    ("huge", b'"' + b"x" * MEGABYTE + b'"', True, 413),
]


@pytest.mark.parametrize(
    ("content", "signs", "status"), [one[1:] for one in GARBAGE], ids=[one[0] for one in GARBAGE]
)
async def test_the_adapter_refuses_garbage_at_its_door(
    installation: Installation, content: bytes, signs: bool, status: int
) -> None:
    secret = json.loads((installation.home / "agencies.json").read_text())["mlspp"]["webhook_secret"]
    headers = _signed(secret, content) if signs else {"content-type": "application/json"}
    taken = await installation.value("SELECT count(*) FROM adapter.inbox")
    async with httpx2.AsyncClient(
        base_url=installation.addresses["agency-adapter"], timeout=PATIENCE
    ) as door:
        answer = await door.post("/v1/agencies/mlspp/statuses", content=content, headers=headers)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await door.get("/readyz")).status_code == 200
    assert await installation.value("SELECT count(*) FROM adapter.inbox") == taken


CONSUMERS = {
    "vahid.appeals.v1": "router",
    "vahid.agency-statuses.v1": "router",
    "vahid.case-events.v1": "notifier",
    "vahid.agency-changes.v1": "agency_adapter",
}


def test_every_topic_has_its_poison() -> None:
    assert set(CONSUMERS) == {contract.topic for contract in load_contracts()}
    assert all(CONSUMERS[one.topic] in one.consumers for one in load_contracts())


def _poison(good: bytes) -> list[tuple[bytes | None, str]]:
    """Values that are no message of a topic, made of a good one, with the code each is dead-lettered under."""
    whole = json.loads(good)
    return [
        (b"\xff\xfe no JSON", "undecodable"),
        (b'{"hello": "world"}', "undecodable"),
        (json.dumps({**whole, "data": {}}).encode(), "undecodable"),
        (json.dumps({**whole, "specversion": "9.9"}).encode(), "undecodable"),
        (None, "undecodable"),
        (b"[" * 100_000, "undecodable"),
        (b'{"x": "' + b"x" * 900_000 + b'"}', "undecodable"),
        (json.dumps({**whole, "subject": STRANGER}).encode(), "subject_mismatch"),
        (json.dumps({**whole, "type": "az.vahid.nothing.known.v1"}).encode(), "wrong_type"),
    ]


def _good_message(topic: str, wire: dict[str, list[Any]]) -> bytes:
    if wire[topic]:
        return bytes(wire[topic][0].value)
    assert topic == "vahid.agency-changes.v1"  # only a redrive writes there
    data = {"agency_id": "mlspp", "received_at": "2021-09-01T06:00:00Z", "error_code": "x", "sealed": "x"}
    envelope = {"specversion": "1.0", "id": "x", "source": "/agencies/mlspp", "subject": "mlspp"}
    moment = {"type": "az.vahid.change.offered.v1", "time": "2021-09-01T06:00:00Z", "data": data}
    return json.dumps({**envelope, **moment}).encode()


def _places(letters: Any) -> dict[tuple[str, int, int], str]:
    return {one.place: one.error_code for one in letters}


async def test_poison_is_buried_with_its_reason_and_what_is_good_goes_on(
    installation: Installation, wire: dict[str, list[Any]]
) -> None:
    before = await installation.hand_in(
        f"before-{uuid.uuid4()}", services=None, text="Kömək edin.", applicant=_nobody()
    )
    expected: dict[str, dict[tuple[str, int, int], str]] = {}
    for contract in load_contracts():
        poison = _poison(_good_message(contract.topic, wire))
        if contract.topic == "vahid.agency-changes.v1":  # its key is an agency: no subject to compare with
            poison = [one for one in poison if one[1] == "undecodable"]
        spread = [(n, b"poison", value) for n in range(contract.partitions) for value, _ in poison[:2]]
        spread += [(n % contract.partitions, b"poison", value) for n, (value, _) in enumerate(poison[2:])]
        codes = [code for _ in range(contract.partitions) for _, code in poison[:2]]
        codes += [code for _, code in poison[2:]]
        stand = installation.publish(contract.topic, spread)
        buried = expected.setdefault(CONSUMERS[contract.topic], {})
        buried |= {(at.topic, at.partition, at.offset): c for at, c in zip(stand, codes, strict=True)}
    after = await installation.hand_in(
        f"after-{uuid.uuid4()}",
        services=["psychological-support"],
        applicant={**_nobody(), "fin": "7PSNK4T"},
        notice={"sms": True, "email": False},
    )

    await installation.settle_triage(await installation.case_of(before))  # the appeal from before goes on
    case_id = await installation.case_of(after)
    said = "SELECT count(*) = 2 FROM ledger.steps WHERE case_id = $1 AND status <> 'dispatched'"
    await installation.wait(said, case_id)  # statuses of both bodies came through
    await installation.wait(
        "SELECT true FROM notifier.notifications WHERE case_id = $1 AND state = 'sent'", case_id
    )

    letters = DeadLetters(installation.kafka)
    for consumer, places in expected.items():

        async def buried(consumer: str = consumer, places: dict[Any, str] = places) -> bool:
            return _places(letters.list(consumer)).keys() >= places.keys()

        await until(buried, f"the poison is in the dead-letter topic of {consumer}", PATIENCE)
        found = letters.list(consumer)
        assert _places(found) == places and len(found) == len(places)  # each once, nothing else

    for consumer, places in expected.items():
        shown = installation.vahid("dlq", "ls", consumer, "--json")
        assert shown.returncode == 0, shown.stderr
        rows = json.loads(shown.stdout)
        assert {(r["source_topic"], r["source_partition"], r["source_offset"]) for r in rows} == set(places)
        assert all(row["attempts"] == 1 and row["error_code"] for row in rows)
    table = installation.vahid("dlq", "ls", "router")
    assert table.returncode == 0 and "hello" not in table.stdout


async def test_poison_that_is_sent_back_is_buried_again_once(installation: Installation) -> None:
    letters, poison = DeadLetters(installation.kafka), f"poison {uuid.uuid4()}".encode()
    installation.publish("vahid.appeals.v1", [(0, b"poison", poison)])

    async def buried(*known: str) -> Any:
        here = [one for one in letters.list("router") if one.value == poison and one.id not in known]
        assert len(here) < 2
        return next(iter(here), None)

    first = await until(buried, "the poison is dead-lettered", PATIENCE)
    sent = installation.vahid("dlq", "redrive", "router", first.id, "--json")
    assert (sent.returncode, json.loads(sent.stdout)) == (0, {"redriven": 1}), sent.stderr
    again = await until(lambda: buried(first.id), "the poison is dead-lettered again", PATIENCE)
    assert (again.source_topic, again.error_code) == ("vahid.appeals.v1", "undecodable")
    assert first.id not in {one.id for one in letters.list("router")}
    twice = installation.vahid("dlq", "redrive", "router", first.id)
    assert twice.returncode == 1 and first.id in twice.stderr


async def test_a_dead_letter_whose_cause_is_mended_is_redriven_and_has_its_effect(
    installation: Installation,
) -> None:
    """A data key is missing while the receipt is to be sent (a vault restored from an old backup, say).

    The appeal names a service, so the router need not read its words.
    """
    phone = f"+99455{uuid.uuid4().int % 10_000_000:07}"
    known = {one.id for one in DeadLetters(installation.kafka).list("notifier")}
    installation.stack.stop_process("router")
    try:
        answer = await installation.hand_in(
            f"keyless-{uuid.uuid4()}", services=["land-plot"], applicant=_nobody(phone=phone)
        )
        appeal_id = answer.json()["appeal_id"]
        async with installation.owner() as owner:
            key = await owner.fetchrow(
                "DELETE FROM vault.data_keys k USING intake.appeals a "
                "WHERE a.appeal_id = $1 AND k.key_id = a.case_id RETURNING k.*",
                appeal_id,
            )
        assert key is not None
    finally:
        installation.stack.start_process("router")
    case_id = await installation.case_of(answer)

    async def buried() -> Any:
        shown = installation.vahid("dlq", "ls", "notifier", "--json")
        new = [row for row in json.loads(shown.stdout) if row["id"] not in known]
        return next((row for row in new if row["error_code"] == "key_missing"), None)

    letter = await until(buried, "the receipt waits in the dead-letter topic", PATIENCE)
    async with installation.owner() as owner:
        await owner.execute("INSERT INTO vault.data_keys VALUES ($1, $2, $3, $4)", *key.values())
    sent = installation.vahid("dlq", "redrive", "notifier", letter["id"], "--json")
    assert (sent.returncode, json.loads(sent.stdout)) == (0, {"redriven": 1}), sent.stderr
    await installation.settle_triage(case_id)
    await installation.wait(
        "SELECT count(*) = 2 FROM notifier.notifications "
        "WHERE case_id = $1 AND state = 'sent' AND kind <> 'deadline'",
        case_id,
    )
    texts = (installation.home / "simulators" / "sms" / "messages.jsonl").read_text().splitlines()
    assert (
        sum(json.loads(text)["to"] == phone for text in texts) == 2
    )  # the receipt and the answer, each once
    assert not await buried()
