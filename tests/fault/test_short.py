"""The short kill campaign: on one stack, a death in each service, a random one, and a server's."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.fault.harness import running_stack
from tests.fault.points import POINTS, SERVERS

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]

SEED = 1
IN_FLIGHT = 30


async def test_deaths_in_each_service_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    first_points = [chance.choice(points) for points in POINTS.values()]
    extra_point = chance.choice([point for point in POINTS["worker"] if point not in first_points])
    async with running_stack(tmp_path, SEED, IN_FLIGHT) as harness:
        await asyncio.gather(*(harness.fire(point) for point in first_points))
        await harness.fire(extra_point)
        await harness.kill(chance.choice(list(POINTS)))
        await harness.kill(chance.choice(SERVERS))
        await harness.assert_sound()
