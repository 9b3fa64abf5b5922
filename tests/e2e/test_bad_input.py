"""Bad requests and webhooks to a running system: a clear error, and nothing is stored."""

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from tests.e2e.installation import PATIENCE, Installation, without_fin
from tests.unit.intake.submissions import applicant, body

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]

MEGABYTE = 1024 * 1024
UNKNOWN_ID = str(uuid.UUID(int=7))
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
    ("sent", "status", "code"), [row[1:] for row in BAD_REQUESTS], ids=[row[0] for row in BAD_REQUESTS]
)
async def test_intake_refuses_a_bad_appeal_with_its_reason(
    installation: Installation, sent: dict[str, Any], status: int, code: str
) -> None:
    before = await _appeals(installation)
    headers = installation.headers(str(uuid.uuid4())) | sent.get("headers", {})
    response = await installation.post(headers, **{k: v for k, v in sent.items() if k != "headers"})
    problem = response.json()
    assert (response.status_code, problem["type"]) == (status, f"urn:vahid:problem:{code}")
    assert problem["detail"] and "5ABC1D" not in response.text
    assert await _appeals(installation) == before


async def test_the_same_key_with_other_content_is_a_conflict(installation: Installation) -> None:
    key = str(uuid.uuid4())
    first = await installation.submit(key, services=None, text="Kömək edin.", applicant=without_fin())
    again = await installation.submit(key, services=None, text="Kömək edin.", applicant=without_fin())
    other = await installation.submit(key, services=None, text="Başqa sözlər.", applicant=without_fin())
    assert first.json()["tracking_number"] == again.json()["tracking_number"]
    assert (other.status_code, other.json()["type"]) == (409, "urn:vahid:problem:idempotency_key.other_body")
    await installation.settle_triage(await installation.case_of(first))


def _signed(secret: str, content: bytes) -> dict[str, str]:
    message_id = f"msg_{uuid.uuid4()}"
    at = datetime.fromtimestamp(int(time.time()), UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, content.decode()),
    }


UNKNOWN_CHANGE = {
    "changeId": "999999999",
    "taskId": "MLSPP-1999-000001",
    "externalId": f"{UNKNOWN_ID}/t1.none/1",
    "state": "DONE",
    "stateDate": "2021-09-01T10:00:00+04:00",
    "sequence": 2,
}
GARBAGE: list[tuple[str, bytes, bool, int]] = [
    ("unsigned", json.dumps(UNKNOWN_CHANGE).encode(), False, 401),
    ("not JSON", b"<html>", True, 400),
    ("another shape", b'{"hello": ["world"]}', True, 400),
    ("a list", b"[[]]", True, 400),
    ("deep", b"[" * 50_000, True, 400),
    ("an unknown assignment", json.dumps(UNKNOWN_CHANGE).encode(), True, 404),
    ("huge", b'"' + b"x" * MEGABYTE + b'"', True, 413),
]


@pytest.mark.parametrize(
    ("content", "signed", "status"), [row[1:] for row in GARBAGE], ids=[row[0] for row in GARBAGE]
)
async def test_the_adapter_refuses_a_bad_webhook(
    installation: Installation, content: bytes, signed: bool, status: int
) -> None:
    secret = installation.agencies()["mlspp"]["webhook_secret"]
    headers = _signed(secret, content) if signed else {"content-type": "application/json"}
    taken = await installation.value("SELECT count(*) FROM adapter.inbox")
    async with httpx2.AsyncClient(
        base_url=installation.addresses["agency-adapter"], timeout=PATIENCE
    ) as client:
        response = await client.post("/v1/agencies/mlspp/statuses", content=content, headers=headers)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        assert (await client.get("/readyz")).status_code == 200
    assert await installation.value("SELECT count(*) FROM adapter.inbox") == taken
