"""How the command line opens what is sealed: for staff, with a reason, and recorded before.

A line for each opening stands in the home's logs/opened.log: who opened what, and why.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.printable import printable_json
from kit.private_files import append_private
from vahid.stack.home import Home
from vahid.terminal.connection_options import authenticated_staff, settings

if TYPE_CHECKING:
    from kit.database import Database
    from kit.vault import Vault

ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="Why you open it; recorded with your account.")
]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Replace a file that is there; by default it stays.")
]


def given(reason: str | None) -> str:
    """The reason.

    Raises:
        typer.BadParameter: there is none.
    """
    if reason is None or not reason.strip():
        raise typer.BadParameter("Give a --reason to open what is sealed.")
    return reason.strip()


async def opened_vault(database: "Database", home: Path, reason: str, **what: object) -> "Vault":
    """The installation's vault, for staff who open `what`; the opening is recorded first.

    Raises:
        kit.problem.Problem: there is no key of the staff.
    """
    from kit.vault import Vault

    actor = await authenticated_staff(database, home)
    _note(home, actor.id, reason, **what)
    return Vault(settings(home).keys)


def _note(home: Path, actor: str, reason: str, **what: object) -> None:
    """Record that `actor` opens `what`. The time is real time."""
    logs = Home(home.expanduser().resolve()).logs
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    entry = {"at": datetime.now(UTC).isoformat(), "actor": actor, "reason": reason, **what}
    append_private(logs / "opened.log", printable_json(entry))
