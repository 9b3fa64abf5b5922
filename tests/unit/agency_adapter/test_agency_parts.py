"""Only agencies with a mapping can be connected."""

from typing import Any

import pytest

from kit.errors import PermanentError
from services.agency_adapter.access import read_access
from services.agency_adapter.agency_parts import connected_agencies
from tests.unit.agency_adapter.conftest import CATALOGUE


def test_an_agency_without_a_mapping_cannot_be_connected(tmp_path: Any) -> None:
    file = tmp_path / "agencies.json"
    entry = '{"base_url": "http://localhost", "token": "t", "webhook_secret": "whsec_c2VjcmV0c2VjcmV0"}'
    file.write_text(f'{{"centre": {entry}}}')
    with pytest.raises(PermanentError, match="agency centre"):
        connected_agencies(CATALOGUE, read_access(file))
