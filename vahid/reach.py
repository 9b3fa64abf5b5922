"""How a command reaches the installation: by the environment, else by what the stack of a home runs under."""

import os
from pathlib import Path
from typing import Annotated

import typer

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
