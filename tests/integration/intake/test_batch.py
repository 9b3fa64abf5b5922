"""A batch of appeals: each is checked, accepted and repeated as if it had come alone."""

import json
from typing import Any

import httpx2
import pytest

from kit.database import Database
from services.intake.appeals.acceptance import case_id_of
from tests.integration.intake.process import Channel, IntakeProcess
from tests.integration.intake.published import count, messages_of
from tests.unit.intake.submissions import applicant, body


def line(key: object, appeal: object) -> bytes:
    return json.dumps({"idempotency_key": key, "appeal": appeal}).encode() + b"\n"


def results(response: httpx2.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200 and response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line_) for line_ in response.text.splitlines()]


async def test_each_has_a_result_of_its_own_in_order(
    online: Channel, database: Database, kafka_bootstrap: str, key: str
) -> None:
    sent = [
        line(f"{key}-1", body()),
        line(f"{key}-2", applicant(surname=None)),
        b"no json\n",
        line(f"{key}-4", body(channel="mobile")),
        line(f"{key}-1", body()),
        line(f"{key}-1", body(text="Başqa")),
        line(None, body()),
        line(f"{key}-8", body()),
    ]
    outcomes = results(await online.post_batch(b"".join(sent)))
    assert [result["status"] for result in outcomes] == [201, 422, 400, 403, 201, 409, 400, 201]
    assert outcomes[1]["problem"]["type"] == "urn:vahid:problem:appeal.anonymous"
    assert outcomes[1]["problem"]["errors"][0]["pointer"] == "#/applicant/surname"
    assert [outcomes[0]["replayed"], outcomes[4]["replayed"]] == [False, True]
    assert outcomes[0]["response"] == outcomes[4]["response"]
    cases = {case_id_of(outcomes[number]["response"]["appeal_id"]) for number in (0, 7)}
    messages = await messages_of(kafka_bootstrap, cases, database)
    assert sorted(message["subject"] for message in messages) == sorted(cases)
    assert await count(database, "intake.idempotency WHERE key LIKE :key", key=f"{key}-%") == 2


async def test_a_batch_and_a_single_appeal_share_their_keys(online: Channel, key: str) -> None:
    (first,) = results(await online.post_batch(line(key, body())))
    alone = await online.post(body(), key)
    assert alone.status_code == 201 and alone.headers["Idempotent-Replayed"] == "true"
    assert alone.json() == first["response"]


async def test_what_is_no_batch_is_refused_whole(online: Channel, process: IntakeProcess, key: str) -> None:
    assert (await online.post_batch(b"\n")).status_code == 400
    assert (await online.post_batch(line(key, body()), **{"Content-Type": "text/csv"})).status_code == 415
    assert (await online.post_batch(line(key, body()) * 1001)).status_code == 413
    assert (await online.post_batch(b" " * (8 * 1024 * 1024 + 1))).status_code == 413
    stranger = Channel(process, "vahid_0_0")
    assert (await stranger.post_batch(line(key, body()))).status_code == 401


@pytest.mark.parametrize(
    ("failpoint", "was_stored"), [("intake.before_commit", False), ("intake.after_commit", True)]
)
async def test_killed_around_the_commit_then_repeated_each_is_one_appeal(
    mortal: IntakeProcess,
    api_keys: dict[str, str],
    database: Database,
    kafka_bootstrap: str,
    key: str,
    failpoint: str,
    was_stored: bool,
) -> None:
    online = Channel(mortal, api_keys["online"])
    batch = b"".join(line(f"{key}-{number}", body(text=f"Mətn {number}")) for number in range(50))
    mortal.arm(failpoint)
    with pytest.raises(httpx2.TransportError):
        await online.post_batch(batch)
    await mortal.wait_until_killed()
    await mortal.start()
    outcomes = results(await online.post_batch(batch))
    assert {(result["status"], result["replayed"]) for result in outcomes} == {(201, was_stored)}
    cases = {case_id_of(result["response"]["appeal_id"]) for result in outcomes}
    messages = await messages_of(kafka_bootstrap, cases, database)
    assert sorted(message["subject"] for message in messages) == sorted(cases) and len(cases) == 50


async def test_a_failing_database_is_503_for_each_and_nothing_half_done(
    mortal: IntakeProcess, api_keys: dict[str, str], database: Database, key: str
) -> None:
    online = Channel(mortal, api_keys["online"])
    mortal.arm("intake.before_commit", "error")
    outcomes = results(await online.post_batch(line(f"{key}-1", body()) + line(f"{key}-2", body())))
    assert [result["status"] for result in outcomes] == [503, 503]
    assert await count(database, "intake.idempotency WHERE key LIKE :key", key=f"{key}-%") == 0
    outcomes = results(await online.post_batch(line(f"{key}-1", body()) + line(f"{key}-2", body())))
    assert [(result["status"], result["replayed"]) for result in outcomes] == [(201, False), (201, False)]


@pytest.mark.parametrize("unknown", [150, 8_000], ids=["many", "overfull"])
async def test_eight_megabytes_of_unknown_fields_have_a_short_answer_in_little_memory(
    process: IntakeProcess, online: Channel, unknown: int
) -> None:
    """It was once answered with 110 MB, for which intake took a gigabyte."""
    before = process.peak_bytes()
    appeal = "{" + ",".join(f'"{number:x}":0' for number in range(unknown)) + "}"
    lines = [f'{{"idempotency_key":"k{number}","appeal":{appeal}}}' for number in range(1000)]
    content = "\n".join(lines)[: 8 * 1024 * 1024 - 1].rpartition("\n")[0].encode()
    headers = {**online.headers, "Content-Type": "application/x-ndjson"}
    async with httpx2.AsyncClient(timeout=120) as client:
        answer = await client.post(f"{process.url}/v1/appeals/batch", headers=headers, content=content)
    results = answer.content.splitlines()
    assert answer.status_code == 200 and len(results) == content.count(b"\n") + 1
    assert max(map(len, results)) < 4_000 and len(answer.content) < 8 * 1024 * 1024
    assert process.peak_bytes() - before < 120 * 1024 * 1024
