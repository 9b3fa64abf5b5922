"""A consumer killed at each point around its effect and its commit: again at most, never lost."""

from pathlib import Path

import pytest

from tests.integration.kit.kafka_harness import harness, until
from tests.integration.kit.processes import ended, started

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("point", ["before_handle", "after_handle", "after_commit"])
async def test_killed_at_any_point_no_effect_is_lost(
    kafka_bootstrap: str, point: str, tmp_path: Path
) -> None:
    effects = tmp_path / "effects"
    async with harness(kafka_bootstrap) as mine:
        await mine.send(range(30))
        arguments = ("consumer", mine.group, mine.topic, kafka_bootstrap, str(effects))
        (tmp_path / f"{mine.group}.{point}").write_text("kill")
        async with started(*arguments, failpoints=tmp_path) as process:
            assert await ended(process) == -9

        async def all_committed() -> bool:
            return await mine.committed() == 30

        async with started(*arguments, failpoints=tmp_path) as process:
            await until(all_committed)
            process.terminate()
            assert await ended(process) == 0
    seen = [int(line) for line in effects.read_text().split()]
    assert list(dict.fromkeys(seen)) == list(range(30))
    if point == "after_handle":
        assert seen.count(0) == 2
