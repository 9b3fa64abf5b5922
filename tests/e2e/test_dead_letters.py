"""Bad messages in the topics of a running system: dead letters with their reasons; good messages continue."""

import json
import uuid
from typing import Any

import pytest

from kit.kafka.dead_letters import DeadLetters
from schemas.topics import load_contracts
from tests.e2e.installation import PATIENCE, Installation, without_fin
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]

UNKNOWN_ID = str(uuid.UUID(int=7))

Place = tuple[str, int, int]
"""Topic, partition and offset of a record."""

CONSUMERS = {
    "vahid.appeals.v1": "router",
    "vahid.agency-statuses.v1": "router",
    "vahid.case-events.v1": "notifier",
    "vahid.agency-changes.v1": "agency_adapter",
    "vahid.notice-outcomes.v1": "router",
}


def test_every_topic_has_its_poison() -> None:
    assert set(CONSUMERS) == {contract.topic for contract in load_contracts()}
    assert all(CONSUMERS[contract.topic] in contract.consumers for contract in load_contracts())


def _poison(good: bytes) -> list[tuple[bytes | None, str]]:
    """Bad values for a topic, made from a good one, each with the error code of its dead dead_letter."""
    whole = json.loads(good)
    return [
        (b"\xff\xfe no JSON", "undecodable"),
        (b'{"hello": "world"}', "undecodable"),
        (json.dumps({**whole, "data": {}}).encode(), "undecodable"),
        (json.dumps({**whole, "specversion": "9.9"}).encode(), "undecodable"),
        (None, "undecodable"),
        (b"[" * 100_000, "undecodable"),
        (b'{"x": "' + b"x" * 900_000 + b'"}', "undecodable"),
        (json.dumps({**whole, "subject": UNKNOWN_ID}).encode(), "subject_mismatch"),
        (json.dumps({**whole, "type": "az.vahid.nothing.known.v1"}).encode(), "wrong_type"),
    ]


def _good_message(topic: str, wire: dict[str, list[Any]]) -> bytes:
    if wire[topic]:
        return bytes(wire[topic][0].value)
    if topic == "vahid.notice-outcomes.v1":  # every applicant was told
        return _notice_outcome()
    assert topic == "vahid.agency-changes.v1"  # only a redrive writes there
    data = {"agency_id": "mlspp", "received_at": "2021-09-01T06:00:00Z", "error_code": "x", "sealed": "x"}
    envelope = {"specversion": "1.0", "id": "x", "source": "/agencies/mlspp", "subject": "mlspp"}
    moment = {"type": "az.vahid.change.offered.v1", "time": "2021-09-01T06:00:00Z", "data": data}
    return json.dumps({**envelope, **moment}).encode()


def _notice_outcome() -> bytes:
    case_id, at = str(uuid.UUID(int=8)), "2021-09-01T06:00:00Z"
    told = {"event_id": "e", "notice": "answer", "subject": "t1", "delivery": "delivered", "settled_at": at}
    envelope = {"specversion": "1.0", "id": "x", "source": "urn:vahid:notifier", "subject": case_id}
    moment = {"type": "az.vahid.notice.settled.v1", "time": at, "data": {"case_id": case_id, **told}}
    return json.dumps({**envelope, **moment}).encode()


def _codes_by_place(dead_letters: Any) -> dict[Place, str]:
    return {dead_letter.place: dead_letter.error_code for dead_letter in dead_letters}


def _publish_poison(installation: Installation, wire: dict[str, list[Any]]) -> dict[str, dict[Place, str]]:
    """Publish bad values in every partition of every topic; by consumer, the error code of each place."""
    expected: dict[str, dict[Place, str]] = {}
    for contract in load_contracts():
        poison = _poison(_good_message(contract.topic, wire))
        if contract.topic == "vahid.agency-changes.v1":  # its key is an agency: no subject to compare with
            poison = [(value, code) for value, code in poison if code == "undecodable"]
        placed = [(number, entry) for number in range(contract.partitions) for entry in poison[:2]]
        placed += [(number % contract.partitions, entry) for number, entry in enumerate(poison[2:])]
        records = installation.publish(
            contract.topic, [(partition, b"poison", value) for partition, (value, _) in placed]
        )
        expected.setdefault(CONSUMERS[contract.topic], {}).update(
            {
                (record.topic, record.partition, record.offset): code
                for record, (_, (_, code)) in zip(records, placed, strict=True)
            }
        )
    return expected


async def test_a_bad_message_is_dead_lettered_with_its_reason_and_good_ones_continue(
    installation: Installation, wire: dict[str, list[Any]]
) -> None:
    before = await installation.submit(
        f"before-{uuid.uuid4()}", services=None, text="Kömək edin.", applicant=without_fin()
    )
    expected = _publish_poison(installation, wire)
    after = await installation.submit(
        f"after-{uuid.uuid4()}",
        services=["psychological-support"],
        applicant={**without_fin(), "fin": "7PSNK4T"},
        notice={"sms": True, "email": False},
    )

    await installation.settle_triage(await installation.case_of(before))
    case_id = await installation.case_of(after)
    reported = "SELECT count(*) = 2 FROM ledger.steps WHERE case_id = $1 AND status <> 'dispatched'"
    await installation.wait_for(reported, case_id)  # statuses of both agencies arrived
    await installation.wait_for(
        "SELECT true FROM notifier.notifications WHERE case_id = $1 AND state = 'sent'", case_id
    )
    for consumer, places in expected.items():
        await _assert_dead_lettered(installation, consumer, places)
    table = installation.vahid("dlq", "ls", "router")
    assert table.returncode == 0 and "hello" not in table.stdout


async def _assert_dead_lettered(installation: Installation, consumer: str, places: dict[Place, str]) -> None:
    """Each of `places` becomes a dead dead_letter of the consumer once, and nothing else does."""
    dead_letters = DeadLetters(installation.kafka)

    async def dead_lettered() -> bool:
        return _codes_by_place(dead_letters.list(consumer)).keys() >= places.keys()

    await until(dead_lettered, f"the poison is in the dead-dead_letter topic of {consumer}", PATIENCE)
    found = dead_letters.list(consumer)
    assert _codes_by_place(found) == places and len(found) == len(places)
    shown = installation.vahid("dlq", "ls", consumer, "--json")
    assert shown.returncode == 0, shown.stderr
    rows = json.loads(shown.stdout)
    listed = {(row["source_topic"], row["source_partition"], row["source_offset"]) for row in rows}
    assert listed == set(places)
    assert all(row["attempts"] == 1 and row["error_code"] for row in rows)


async def test_a_redriven_bad_message_is_dead_lettered_again_once(installation: Installation) -> None:
    dead_letters, poison = DeadLetters(installation.kafka), f"poison {uuid.uuid4()}".encode()
    installation.publish("vahid.appeals.v1", [(0, b"poison", poison)])

    async def dead_lettered(*known: str) -> Any:
        found = [
            dead_letter
            for dead_letter in dead_letters.list("router")
            if dead_letter.value == poison and dead_letter.id not in known
        ]
        assert len(found) < 2
        return next(iter(found), None)

    first = await until(dead_lettered, "the poison is dead-lettered", PATIENCE)
    sent = installation.vahid("dlq", "redrive", "router", first.id, "--json")
    assert (sent.returncode, json.loads(sent.stdout)) == (0, {"redriven": 1}), sent.stderr
    again = await until(lambda: dead_lettered(first.id), "the poison is dead-lettered again", PATIENCE)
    assert (again.source_topic, again.error_code) == ("vahid.appeals.v1", "undecodable")
    assert first.id not in {dead_letter.id for dead_letter in dead_letters.list("router")}
    twice = installation.vahid("dlq", "redrive", "router", first.id)
    assert twice.returncode == 1 and first.id in twice.stderr


async def test_a_dead_letter_whose_cause_is_gone_is_redriven_with_its_effect(
    installation: Installation,
) -> None:
    """A data key is missing when the receipt is sent, as in a vault restored from an old backup.

    The appeal names a service, so the router need not read its text.
    """
    phone = f"+99455{uuid.uuid4().int % 10_000_000:07}"
    known = {dead_letter.id for dead_letter in DeadLetters(installation.kafka).list("notifier")}
    installation.stack.stop_process("router")
    try:
        response = await installation.submit(
            f"keyless-{uuid.uuid4()}", services=["land-plot"], applicant=without_fin(phone=phone)
        )
        appeal_id = response.json()["appeal_id"]
        async with installation.owner() as owner:
            key = await owner.fetchrow(
                "DELETE FROM vault.data_keys k USING intake.appeals a "
                "WHERE a.appeal_id = $1 AND k.key_id = a.case_id RETURNING k.*",
                appeal_id,
            )
        assert key is not None
    finally:
        installation.stack.start_process("router")
    case_id = await installation.case_of(response)

    async def dead_lettered() -> Any:
        shown = installation.vahid("dlq", "ls", "notifier", "--json")
        new = [row for row in json.loads(shown.stdout) if row["id"] not in known]
        return next((row for row in new if row["error_code"] == "key_missing"), None)

    dead_letter = await until(dead_lettered, "the receipt is in the dead-dead_letter topic", PATIENCE)
    async with installation.owner() as owner:
        await owner.execute("INSERT INTO vault.data_keys VALUES ($1, $2, $3, $4)", *key.values())
    sent = installation.vahid("dlq", "redrive", "notifier", dead_letter["id"], "--json")
    assert (sent.returncode, json.loads(sent.stdout)) == (0, {"redriven": 1}), sent.stderr
    await installation.settle_triage(case_id)
    await installation.wait_for(
        "SELECT count(*) = 2 FROM notifier.notifications "
        "WHERE case_id = $1 AND state = 'sent' AND kind <> 'deadline'",
        case_id,
    )
    texts = (installation.home / "simulators" / "sms" / "messages.jsonl").read_text().splitlines()
    assert (
        sum(json.loads(text)["to"] == phone for text in texts) == 2
    )  # the receipt and the answer, each once
    assert not await dead_lettered()
