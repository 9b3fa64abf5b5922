"""The worker as a process: ready with Temporal, and stopped cleanly with it or without."""

from pathlib import Path

import pytest

from tests.integration.service import ServiceProcess, free_port, until

pytestmark = pytest.mark.stack


def settings(database_url: str, kafka_bootstrap: str, temporal_address: str, keys: Path) -> dict[str, str]:
    return {
        "VAHID_DATABASE_URL": database_url,
        "VAHID_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "VAHID_TEMPORAL_ADDRESS": temporal_address,
        "VAHID_KEYS": str(keys),
    }


async def test_it_is_ready_with_temporal_and_ends_cleanly(
    database_url: str, kafka_bootstrap: str, temporal_address: str, keys: Path, tmp_path: Path
) -> None:
    environment = settings(database_url, kafka_bootstrap, temporal_address, keys)
    worker = ServiceProcess("workflows.worker", tmp_path, environment)
    async with worker:
        parts = (await worker.get("/readyz")).json()["parts"]
        assert parts == {"database": True, "temporal": True}
        assert await worker.stop() == 0
    assert "process.stopped" in worker.log


async def test_a_stop_while_temporal_is_away_ends_it_cleanly(
    database_url: str, kafka_bootstrap: str, keys: Path, tmp_path: Path
) -> None:
    environment = settings(database_url, kafka_bootstrap, f"127.0.0.1:{free_port()}", keys)
    worker = ServiceProcess("workflows.worker", tmp_path, environment)
    worker.spawn()

    async def waits() -> bool:
        return "temporal.unreachable" in worker.log

    await until(waits)
    not_ready = await worker.get("/readyz")
    assert not_ready.status_code == 503
    assert [error["part"] for error in not_ready.json()["errors"]] == ["temporal"]
    assert await worker.stop() == 0
    assert "process.stopped_by_force" not in worker.log
