import pytest

from catalogue.loader import load
from catalogue.model import Catalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The packaged catalogue."""
    return load()
