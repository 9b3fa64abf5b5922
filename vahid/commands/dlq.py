"""`vahid dlq`: what consumers could not handle, listed and sent back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from kit.errors import TransientError, VahidError
from kit.rows import Rows
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, settings

if TYPE_CHECKING:
    from kit.kafka.dead_letters import DeadLetter

app = typer.Typer(help="Dead letters: messages that a consumer could not handle.", no_args_is_help=True)

Group = Annotated[str, typer.Argument(help="The consumer group, as router or notifier.")]


@app.command("ls")
def ls(consumer: Group, home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """List the dead letters of a consumer that were not redriven. Their content is never shown.

    Exit status: 0 listed, 1 no such consumer, 2 Kafka could not be reached.

    Example: vahid dlq ls router
    """
    from kit.kafka.dead_letters import DeadLetters

    reader = DeadLetters(settings(home).kafka_bootstrap)
    with _plain_errors():
        letters = reader.list(consumer)
    if as_json:
        typer.echo(json.dumps([_row(letter) for letter in letters]))
        return
    columns = ("id", "source", "error", "attempts", "failed at")
    Rows(columns, [_shown(letter) for letter in letters], f"{len(letters)} dead letters").show(Console())


@app.command("redrive")
def redrive(
    consumer: Group,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids from `ls`; all without.")] = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Send dead letters back to the topics they came from, each once.

    Exit status: 0 sent, 1 an id is unknown or another redrive took over, 2 Kafka could not be reached.

    Example: vahid dlq redrive router 2-17 2-18
    """
    from kit.kafka.dead_letters import DeadLetters

    letters = DeadLetters(settings(home).kafka_bootstrap)
    with _plain_errors():
        count = letters.redrive(consumer, ids or "all")
    typer.echo(json.dumps({"redriven": count}) if as_json else f"{count} sent back.")


def _shown(letter: "DeadLetter") -> tuple[str, ...]:
    source = f"{letter.source_topic} {letter.source_partition}-{letter.source_offset}"
    return letter.id, source, letter.error_code, str(letter.attempts), letter.failed_at.isoformat()


def _row(letter: "DeadLetter") -> dict[str, object]:
    return {
        "id": letter.id,
        "source_topic": letter.source_topic,
        "source_partition": letter.source_partition,
        "source_offset": letter.source_offset,
        "error_code": letter.error_code,
        "attempts": letter.attempts,
        "failed_at": letter.failed_at.isoformat(),
    }


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except VahidError as error:
        typer.echo(f"{error.message} {error.remedy}".strip(), err=True)
        raise typer.Exit(2 if isinstance(error, TransientError) else 1) from None
