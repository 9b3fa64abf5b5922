"""The file of addresses and secrets: a fault names the file, and no secret."""

from typing import Any

import pytest

from kit.errors import PermanentError
from services.agency_adapter.access import read_access


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"mlspp": {"base_url": "not an address", "token": "hush", "webhook_secret": "whsec_aGk="}}',
        '{"mlspp": {"base_url": "http://localhost", "token": "hush", "webhook_secret": "whsec_"}}',
        '{"mlspp": {"base_url": "http://localhost", "token": "hush"}}',
    ],
)
def test_a_faulty_access_file_is_named_and_no_secret_is(tmp_path: Any, content: str) -> None:
    file = tmp_path / "agencies.json"
    file.write_text(content)
    with pytest.raises(PermanentError) as refused:
        read_access(file)
    assert "agencies.json" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_missing_access_file_is_named(tmp_path: Any) -> None:
    with pytest.raises(PermanentError, match=r"none\.json cannot be read"):
        read_access(tmp_path / "none.json")
