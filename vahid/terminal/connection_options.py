"""How a command reaches the installation: by the environment, else by what the stack of a home runs under."""

import os
from pathlib import Path
from typing import Annotated

import typer

from kit.errors import PermanentError
from kit.settings import Settings
from vahid.stack.home import DEFAULT_HOME, Home, read_json

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="VAHID_HOME", help="Folder of the installation on this machine.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DEFAULT = DEFAULT_HOME


def settings(home: Path) -> Settings:
    """The settings of the installation: `VAHID_…` variables, else what the stack of `home` runs under."""
    for name, value in (read_json(Home(home.expanduser().resolve()).environment) or {}).items():
        os.environ.setdefault(name, value)
    return Settings()


def api_key(home: Path, name: str) -> str | None:
    """The API key `VAHID_API_KEY`, else the one of that name kept in `home`."""
    kept = read_json(Home(home.expanduser().resolve()).api_keys) or {}
    return os.environ.get("VAHID_API_KEY") or kept.get(name)


def intake_url(home: Path) -> str:
    """The address of intake in the stack of `home`.

    Raises:
        PermanentError: `stack.unknown`: no stack was ever started there.
    """
    ports = read_json(Home(home.expanduser().resolve()).ports) or {}
    if "intake" not in ports:
        remedy = "Start the stack by `vahid up`, or give an address by --url."
        raise PermanentError("stack.unknown", f"No stack was started in {home}.", remedy=remedy)
    return f"http://127.0.0.1:{os.environ.get('VAHID_INTAKE_PORT') or ports['intake']}"
