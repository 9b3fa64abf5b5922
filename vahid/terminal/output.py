"""JSON for programs: instants in ISO 8601 with an offset, values of ours as their fields."""

from datetime import date
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from kit.printable import printable_json


def print_json(value: object, *, indent: int | None = None) -> None:
    """Print the value as JSON on standard output."""
    typer.echo(printable_json(value, indent=indent, default=_plain))


def _plain(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, date):  # or a datetime
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
