import pytest

from catalogue.model import Catalogue
from tests.packaged import packaged


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The packaged catalogue."""
    return packaged()
