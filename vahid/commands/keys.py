"""`vahid keys`: who may call this installation, and what for."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer
from rich.console import Console

from kit.errors import VahidError
from kit.rows import Rows
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

app = typer.Typer(
    help="API keys: list, issue and revoke them. Who reaches the database may.", no_args_is_help=True
)


@app.command("list")
def list_keys(home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """List the API keys, with whose they are and what they are for. The keys themselves are not kept.

    Exit status: 0 listed, 2 the database could not be reached.

    Example: vahid keys list
    """
    from kit.api_keys import held_keys

    held = [one._asdict() | {"actor": f"{one.actor.kind} {one.actor.id}"} for one in _run(home, held_keys)]
    if as_json:
        typer.echo(json.dumps(held, default=str))
        return
    rows = [
        (
            one["key_id"],
            one["actor"],
            ", ".join(one["scopes"]),
            _instant(one["created_at"]),
            _instant(one["revoked_at"]),
        )
        for one in held
    ]
    Rows(("id", "actor", "scopes", "issued", "revoked"), rows).show(Console())


@app.command()
def issue(
    kind: Annotated[Literal["staff", "channel", "commission"], typer.Argument(help="What the actor is.")],
    actor: Annotated[str, typer.Argument(help="The account; never a name.")],
    scope: Annotated[list[str], typer.Option(help="What it is for; may be given more than once.")],
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Issue an API key and print it. It is shown this once, and not kept.

    Exit status: 0 issued, 2 there is no such scope, or the database could not be reached.

    Example: vahid keys issue staff desk-4 --scope staff
    """
    from kit.api_keys import issue as issue_key
    from schemas.actors import Actor
    from vahid.stack.migrate import KEYS

    known = sorted({one for _, scopes in KEYS.values() for one in scopes})
    if unknown := sorted(set(scope) - set(known)):
        raise typer.BadParameter(f"no scope {', '.join(unknown)}; known: {', '.join(known)}")
    key = _run(home, lambda connection: issue_key(connection, Actor(kind=kind, id=actor), scope))
    typer.echo(json.dumps({"key": key}) if as_json else key)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The id, as `keys list` shows it.")],
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """End an API key; every process refuses it within two seconds. Doing it again changes nothing.

    Exit status: 0 revoked, 1 there is no such key, 2 the database could not be reached.

    Example: vahid keys revoke 3f1c0a9b2d4e5f60
    """
    from kit.api_keys import revoke as revoke_key

    _run(home, lambda connection: revoke_key(connection, key_id))
    typer.echo(json.dumps({"revoked": key_id}) if as_json else f"Key {key_id} is revoked.")


def _run(home: Path, work: "Callable[[AsyncConnection], Awaitable[T]]") -> T:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return asyncio.run(_in_transaction(settings(home).database_url, work))
    except VahidError as error:
        typer.echo(f"{error.message} {error.remedy}".strip(), err=True)
        raise typer.Exit(1) from None
    except (SQLAlchemyError, OSError) as error:
        typer.echo(f"The database could not be reached: {type(error).__name__}.", err=True)
        raise typer.Exit(2) from None


async def _in_transaction(url: str, work: "Callable[[AsyncConnection], Awaitable[T]]") -> T:
    from kit.database import Database

    database = Database(url, pool_size=2)
    try:
        async with database.transaction() as connection:
            return await work(connection)
    finally:
        await database.close()


def _instant(instant: Any) -> str:
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M}"
