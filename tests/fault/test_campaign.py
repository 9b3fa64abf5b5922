"""The whole kill campaign, each part on a stack of its own: `make test-faults`."""

import random
from pathlib import Path

import pytest

from tests.fault.harness import Siege, chosen_seed, siege
from tests.fault.points import POINTS, SERVERS

pytestmark = [pytest.mark.stack, pytest.mark.fault, pytest.mark.timeout(3600)]

IN_FLIGHT = 50
RANDOM_KILLS = 20
EVENTS_BETWEEN = 60
"""A random kill comes after up to so many further events."""


@pytest.fixture
def seed(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> int:
    """The seed of this test, printed: `VAHID_FAULT_SEED=… pytest …` runs it again."""
    chosen = chosen_seed()
    with capsys.disabled():
        print(f"\n{request.node.name}: VAHID_FAULT_SEED={chosen}")  # noqa: T201
    return chosen


@pytest.mark.parametrize("process", POINTS)
async def test_a_process_dies_at_each_of_its_points(process: str, tmp_path: Path, seed: int) -> None:
    async with siege(tmp_path, seed, IN_FLIGHT) as besieged:
        for point in POINTS[process]:
            await besieged.fire(point)
        await besieged.verdict()


async def test_twenty_random_kills(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    async with siege(tmp_path, seed, IN_FLIGHT) as besieged:
        for _ in range(RANDOM_KILLS):
            await besieged.events_pass(chance.randint(1, EVENTS_BETWEEN))
            await besieged.kill(chance.choice(list(POINTS)))
        await besieged.verdict()


async def test_each_server_is_killed(tmp_path: Path, seed: int) -> None:
    async with siege(tmp_path, seed, IN_FLIGHT) as besieged:
        for server in SERVERS:
            await besieged.kill(server)
            await besieged.events_pass(EVENTS_BETWEEN)
        await besieged.verdict()


async def test_postgres_is_away_for_two_minutes(tmp_path: Path, seed: int) -> None:
    async with siege(tmp_path, seed, IN_FLIGHT) as besieged:
        await besieged.take_away("postgres", seconds=120)
        await besieged.events_pass(EVENTS_BETWEEN)
        await besieged.verdict()


async def test_kafka_and_temporal_are_away_for_a_while(tmp_path: Path, seed: int) -> None:
    async with siege(tmp_path, seed, IN_FLIGHT) as besieged:
        for server in ("kafka", "temporal"):
            await besieged.take_away(server, seconds=60)
            await besieged.events_pass(EVENTS_BETWEEN)
        await besieged.verdict()


async def test_a_batch_fails_after_its_record_has_committed(tmp_path: Path, seed: int) -> None:
    async with siege(tmp_path, seed, IN_FLIGHT) as besieged:
        for action in ("error", "error", "kill", "error", "kill"):
            await _fails_after_its_record(besieged, action)
        await besieged.verdict()


async def _fails_after_its_record(besieged: Siege, action: str) -> None:
    await besieged.fire("ledger.after_commit", action)
    await besieged.events_pass(EVENTS_BETWEEN)


async def test_the_stack_is_stopped_and_started_in_the_middle(tmp_path: Path, seed: int) -> None:
    async with siege(tmp_path, seed, IN_FLIGHT) as besieged:
        await besieged.stop_and_start()
        await besieged.events_pass(EVENTS_BETWEEN)
        await besieged.verdict()
