"""The mappings of the connected agencies, as the catalogue has them."""

import pytest

from services.agency_adapter.connectors.protocols import check_mapping
from services.agency_adapter.connectors.rest.mapping import RestMapping
from tests.packaged import packaged

CATALOGUE = packaged()


def mapping_of(agency_id: str) -> RestMapping:
    mapping = check_mapping(agency_id, CATALOGUE.agency(agency_id).connector)
    assert isinstance(mapping, RestMapping)
    return mapping


@pytest.fixture(scope="session")
def mlspp() -> RestMapping:
    return mapping_of("mlspp")


@pytest.fixture(scope="session")
def moh() -> RestMapping:
    return mapping_of("moh")


@pytest.fixture(scope="session")
def nasimi() -> RestMapping:
    return mapping_of("nasimi-executive")
