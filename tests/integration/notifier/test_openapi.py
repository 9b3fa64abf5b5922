"""The notifier answers its probes as its OpenAPI document says; every service has the same."""

import asyncio
from pathlib import Path

from tests.integration.described.running import described, operations, tried
from tests.integration.service import ServiceProcess


async def test_the_probes_answer_as_described(notifier: ServiceProcess, tmp_path: Path) -> None:
    described_at = f"{notifier.url}/openapi.json"
    found = await asyncio.to_thread(tried, described_at, notifier.url, tmp_path, {})
    assert found.exit_status == 0, found.report
    probes = operations(await asyncio.to_thread(described, notifier.url))
    assert probes == ["GET /healthz", "GET /readyz", "GET /metrics"]
    assert all(200 in found.answered[probe] for probe in probes)
