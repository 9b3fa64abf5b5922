from collections.abc import Iterator

import pytest

from tests.integration.simulators.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one
