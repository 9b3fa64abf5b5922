"""`vahid keys`: who may call this installation, and what for."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from kit.rows import Rows
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, open_database, settings
from vahid.terminal.console import Console, echo
from vahid.terminal.instants import Instants, instants_of
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

app = typer.Typer(
    help="List, issue and revoke API keys. Access to the database is needed, and nothing else.",
    no_args_is_help=True,
)


@app.command("list")
def list_keys(home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """List the API keys with their actors and scopes. The keys themselves are not stored.

    Exit status: 0 listed, 2 the database cannot be reached.

    Example: vahid keys list
    """
    from kit.api_keys import held_keys

    found = [key._asdict() | {"actor": f"{key.actor.kind} {key.actor.id}"} for key in _run(home, held_keys)]
    if as_json:
        print_json(found)
        return
    instants = instants_of(settings(home).catalogue)
    columns = ("id", "actor", "scopes", instants.heading("issued"), instants.heading("revoked"))
    Rows(columns, [_row(key, instants) for key in found]).show(Console())


@app.command()
def issue(
    kind: Annotated[Literal["staff", "channel", "commission"], typer.Argument(help="Kind of the actor.")],
    actor: Annotated[str, typer.Argument(help="Account of the actor; never a person's name.")],
    scope: Annotated[list[str], typer.Option(help="Scope of the key; repeat for several.")],
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Issue an API key and print it. It is printed this once, and not stored.

    Exit status: 0 issued, 2 there is no such scope, or the database cannot be reached.

    Example: vahid keys issue staff counter-4 --scope staff
    """
    from kit.api_keys import issue as issue_key
    from schemas.actors import Actor
    from vahid.stack.migrate import KEYS

    known = sorted({scope for _, scopes in KEYS.values() for scope in scopes})
    if unknown := sorted(set(scope) - set(known)):
        raise typer.BadParameter(f"There is no scope {', '.join(unknown)}. Use one of: {', '.join(known)}.")
    key = _run(home, lambda connection: issue_key(connection, Actor(kind=kind, id=actor), scope))
    if as_json:
        print_json({"key": key})
    else:
        echo(key)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the key, as `keys list` shows it.")],
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Revoke an API key. Every process refuses it within two seconds. Safe to repeat.

    Exit status: 0 revoked, 1 there is no such key, 2 the database cannot be reached.

    Example: vahid keys revoke 3f1c0a9b2d4e5f60
    """
    from kit.api_keys import revoke as revoke_key

    _run(home, lambda connection: revoke_key(connection, key_id))
    if as_json:
        print_json({"revoked": key_id})
    else:
        echo(f"Revoked key {key_id}.")


def _row(key: dict[str, Any], instants: Instants) -> tuple[str, ...]:
    issued, revoked = instants.cell(key["created_at"]), instants.cell(key["revoked_at"])
    return key["key_id"], key["actor"], ", ".join(key["scopes"]), issued, revoked


def _run(home: Path, work: "Callable[[AsyncConnection], Awaitable[T]]") -> T:
    return asyncio.run(_in_transaction(home, work))


async def _in_transaction(home: Path, work: "Callable[[AsyncConnection], Awaitable[T]]") -> T:
    async with open_database(settings(home), pool_size=2) as database, database.transaction() as connection:
        return await work(connection)
