"""Traces, probes and metrics of a running installation."""

import json
import uuid

import httpx2
import pytest

from tests.e2e.installation import PATIENCE, SERVICES, TRACED_PERSON, Installation

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]


async def test_one_trace_goes_from_the_receipt_of_an_appeal_to_its_answer(
    installation: Installation,
) -> None:
    trace, key = uuid.uuid4().hex, f"trace-{uuid.uuid4()}"
    response = await installation.submit(
        key,
        f"00-{trace}-{uuid.uuid4().hex[:16]}-01",
        services=["psychological-support"],
        applicant=TRACED_PERSON,
        notice={"sms": True, "email": False},
    )
    assert response.headers["traceparent"].split("-")[1] == trace
    case_id = await installation.case_of(response)
    await installation.wait_for(
        "SELECT true FROM notifier.notifications "
        "WHERE case_id = $1 AND kind = 'answer' AND channel = 'sms' AND state = 'sent'",
        case_id,
    )
    traced = {
        "intake.appeals": "traceparent",
        "ledger.cases": "traceparent",
        "ledger.events": "entry::jsonb->>'traceparent'",
        "adapter.assignments": "traceparent",
        "notifier.notifications": "traceparent",
    }
    for table, column in traced.items():
        query = f"SELECT array_agg(DISTINCT split_part({column}, '-', 2)) FROM {table} WHERE case_id = $1"
        assert await installation.value(query, case_id) == [trace], table
    records = installation.records("vahid.case-events.v1")
    published = [record for record in records if record.key == case_id.encode()]
    assert published
    for record in published:  # by key: other tests may have left values that are not JSON
        assert json.loads(record.value)["traceparent"].split("-")[1] == trace
    for service in ("intake", "router", "agency-adapter", "notifier"):
        lines = (installation.home / "logs" / f"{service}.log").read_text().splitlines()
        assert any(trace in line for line in lines), f"{service} did not log under the trace"


@pytest.mark.parametrize("name", SERVICES)
async def test_every_service_has_probes_and_metrics(installation: Installation, name: str) -> None:
    async with httpx2.AsyncClient(base_url=installation.addresses[name], timeout=PATIENCE) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        assert all(ready.json()["parts"].values())
        assert "process_cpu_seconds_total" in (await client.get("/metrics")).text
