"""How a command reaches the installation: by the environment, else by what the stack of a home runs under."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.errors import PermanentError
from kit.settings import Settings
from vahid.stack.home import DEFAULT_HOME, Home, read_json

if TYPE_CHECKING:
    from kit.database import Database
    from schemas.actors import Actor

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="VAHID_HOME", help="Folder of the installation on this machine.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CatalogueOption = Annotated[
    Path | None,
    typer.Option(
        "--catalogue",
        envvar="VAHID_CATALOGUE",
        help="Folder of the catalogue; by default the packaged one.",
        show_default=False,
    ),
]
DEFAULT = DEFAULT_HOME


def settings(home: Path) -> Settings:
    """The settings of the installation: `VAHID_…` variables, else what the stack of `home` runs under."""
    for name, value in (read_json(_home(home).environment) or {}).items():
        os.environ.setdefault(name, value)
    return Settings()


@asynccontextmanager
async def open_database(
    chosen: Settings, *, pool_size: int = 4, command_seconds: float = 8.0
) -> "AsyncIterator[Database]":
    """The installation's database, closed at the end."""
    from kit.database import Database

    database = Database(chosen.database_url, pool_size, command_seconds=command_seconds)
    try:
        yield database
    finally:
        await database.close()


async def authenticated_staff(database: "Database", home: Path) -> "Actor":
    """The member of staff whose API key this command has.

    Raises:
        kit.problem.Problem: there is no key, it is unknown, or it is not for the staff.
    """
    from kit.api_keys import ApiKeys

    return await ApiKeys(database).authenticate(api_key(home, "staff"), "staff")


def api_key(home: Path, name: str) -> str | None:
    """The API key `VAHID_API_KEY`, else the one of that name kept in `home`."""
    kept = read_json(_home(home).api_keys) or {}
    return os.environ.get("VAHID_API_KEY") or kept.get(name)


def intake_url(home: Path) -> str:
    """The address of intake in the stack of `home`.

    Raises:
        PermanentError: `stack.unknown`: no stack was ever started there.
    """
    ports = read_json(_home(home).ports) or {}
    if "intake" not in ports:
        remedy = "Start the stack with `vahid up`, or give an address with --url."
        raise PermanentError("stack.unknown", f"No stack was started in {home}.", remedy=remedy)
    return f"http://127.0.0.1:{os.environ.get('VAHID_INTAKE_PORT') or ports['intake']}"


def _home(home: Path) -> Home:
    return Home(home.expanduser().resolve())
