"""One demonstration for all end-to-end tests: sixty seeded appeals on a stack that keeps running."""

import asyncio
from collections.abc import Iterator

import pytest

from tests import stack as real
from tests.e2e.installation import PATIENCE, Installation
from vahid.demo.outcome import Outcome
from vahid.demo.run import Demonstration

APPEALS, SEED = 60, 4
"""Among them are two second appeals, three without FIN, a free text, five for two services."""


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation after its demonstration has ended."""
    home = tmp_path_factory.mktemp("e2e") / "home"
    demonstration = Demonstration(home, APPEALS, SEED, 2 * PATIENCE, lambda progress: None)
    try:
        installation = Installation(demonstration, real.run(lambda: _run(demonstration)))
        real.run(installation.calm_agencies)
        yield installation
    finally:
        demonstration.stack.stop()


@pytest.fixture(scope="package")
def wire(installation: Installation) -> dict[str, list[object]]:
    """The records of the demonstration in each topic, read before any test writes to one."""
    return {topic: installation.records(topic) for topic in installation.topics()}


async def _run(demonstration: Demonstration) -> Outcome:
    return await asyncio.to_thread(demonstration.run)
