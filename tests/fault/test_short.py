"""The kill campaign in its short form: one stack, a death at each hop, a random one, a server."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.fault.harness import siege
from tests.fault.points import POINTS, SERVERS

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]

SEED = 1
IN_FLIGHT = 30


async def test_deaths_at_each_hop_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    one_a_hop = [chance.choice(points) for points in POINTS.values()]
    one_more = chance.choice([point for point in POINTS["worker"] if point not in one_a_hop])
    async with siege(tmp_path, SEED, IN_FLIGHT) as besieged:
        await asyncio.gather(*(besieged.fire(point) for point in one_a_hop))
        await besieged.fire(one_more)
        await besieged.kill(chance.choice(list(POINTS)))
        await besieged.kill(chance.choice(SERVERS))
        await besieged.verdict()
