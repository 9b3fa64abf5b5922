"""Random commands of random actors on random cases: nothing raises, sticks, or is lost.

The short form gives some 2,000 commands, `make test-properties` takes 100,000 batches. A failure shows the
world, the seed, and the shortest sequence of batches that breaks the same.
"""

import pytest
from hypothesis import settings

from tests.unit.workflows.case.attack.attack import attack
from tests.unit.workflows.case.attack.worlds import WORLDS

_BATCHES = 45
_SHARDS = 4
_ATTACKS = 2
_LONG = 190  # attacks a shard in the long form


def _attacks() -> int:
    return _LONG if settings().max_examples >= 1_000 else _ATTACKS


@pytest.mark.hypothesis
@pytest.mark.parametrize("shard", range(_SHARDS))
@pytest.mark.parametrize("world", sorted(WORLDS))
def test_nothing_that_anybody_tries_breaks_a_case(world: str, shard: int) -> None:
    attacked = WORLDS[world]()
    first = shard * 1_000
    given = sum(attack(attacked, seed, _BATCHES) for seed in range(first, first + _attacks()))
    assert given >= _BATCHES * _attacks()
