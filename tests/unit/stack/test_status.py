"""The status of the processes: without passwords, and corrected where the supervisor has died."""

from pathlib import Path

import pytest

from vahid.stack import status
from vahid.stack.home import Home
from vahid.stack.status import ProcessStatus, StackStatus


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "postgresql+asyncpg://vahid:secret@127.0.0.1:5432/vahid",
            "postgresql+asyncpg://vahid@127.0.0.1:5432/vahid",
        ),
        ("127.0.0.1:9092", "127.0.0.1:9092"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert status.shown(address) == shown


def test_a_dead_supervisor_is_not_taken_for_another_process(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    kafka = ProcessStatus(name="kafka", kind="server", state="ready", pid=1, address="x", ready=True)
    status.write(home, StackStatus(state="ready", supervisor=1, supervised_since=1.0, processes=(kafka,)))
    found = status.read(home)
    assert (found.state, found.supervisor) == ("dead", None)
    assert (found.processes[0].ready, found.processes[0].pid) == (False, None)
