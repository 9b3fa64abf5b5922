"""The whole kill campaign, each test on a stack of its own: `make test-faults`."""

import random
from pathlib import Path

import pytest

from tests.fault.harness import FaultHarness, chosen_seed, running_stack
from tests.fault.points import POINTS, SERVERS

pytestmark = [pytest.mark.stack, pytest.mark.fault, pytest.mark.timeout(3600)]

IN_FLIGHT = 50
RANDOM_KILLS = 20
EVENTS_BETWEEN = 60
"""At most so many events come before the next random kill."""


@pytest.fixture
def seed(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> int:
    """The seed of this test, printed: set VAHID_FAULT_SEED to it to repeat the test."""
    chosen = chosen_seed()
    with capsys.disabled():
        print(f"\n{request.node.name}: VAHID_FAULT_SEED={chosen}")  # noqa: T201
    return chosen


@pytest.mark.parametrize("process", POINTS)
async def test_a_process_dies_at_each_of_its_points(process: str, tmp_path: Path, seed: int) -> None:
    async with running_stack(tmp_path, seed, IN_FLIGHT) as harness:
        for point in POINTS[process]:
            await harness.fire(point)
        await harness.assert_sound()


async def test_twenty_random_kills(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    async with running_stack(tmp_path, seed, IN_FLIGHT) as harness:
        for _ in range(RANDOM_KILLS):
            await harness.wait_for_events(chance.randint(1, EVENTS_BETWEEN))
            await harness.kill(chance.choice(list(POINTS)))
        await harness.assert_sound()


async def test_each_server_is_killed(tmp_path: Path, seed: int) -> None:
    async with running_stack(tmp_path, seed, IN_FLIGHT) as harness:
        for server in SERVERS:
            await harness.kill(server)
            await harness.wait_for_events(EVENTS_BETWEEN)
        await harness.assert_sound()


async def test_postgres_is_down_for_two_minutes(tmp_path: Path, seed: int) -> None:
    async with running_stack(tmp_path, seed, IN_FLIGHT) as harness:
        await harness.outage("postgres", seconds=120)
        await harness.wait_for_events(EVENTS_BETWEEN)
        await harness.assert_sound()


async def test_kafka_and_temporal_are_down_for_a_minute(tmp_path: Path, seed: int) -> None:
    async with running_stack(tmp_path, seed, IN_FLIGHT) as harness:
        for server in ("kafka", "temporal"):
            await harness.outage(server, seconds=60)
            await harness.wait_for_events(EVENTS_BETWEEN)
        await harness.assert_sound()


async def test_a_batch_fails_after_its_record_has_committed(tmp_path: Path, seed: int) -> None:
    async with running_stack(tmp_path, seed, IN_FLIGHT) as harness:
        for action in ("error", "error", "kill", "error", "kill"):
            await _fails_after_its_record(harness, action)
        await harness.assert_sound()


async def _fails_after_its_record(harness: FaultHarness, action: str) -> None:
    await harness.fire("ledger.after_commit", action)
    await harness.wait_for_events(EVENTS_BETWEEN)


async def test_the_stack_is_restarted_under_load(tmp_path: Path, seed: int) -> None:
    async with running_stack(tmp_path, seed, IN_FLIGHT) as harness:
        await harness.restart_stack()
        await harness.wait_for_events(EVENTS_BETWEEN)
        await harness.assert_sound()
