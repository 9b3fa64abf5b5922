"""Requests to the supervisor: one that nobody can fulfil is an error and leaves no file."""

from pathlib import Path

import pytest

from vahid.stack.errors import StackError
from vahid.stack.home import Home
from vahid.stack.supervision import process_requests


def test_a_request_to_no_supervisor_is_an_error(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    with pytest.raises(StackError, match="did not stop kafka"):
        process_requests.request(home, 2**22 + 1, "stop", "kafka", limit=5)
    assert process_requests.pending(home) == []
