"""`vahid dlq`: dead letters, listed and redriven."""

from typing import TYPE_CHECKING, Annotated

import typer

from kit.rows import Rows
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, settings
from vahid.terminal.console import Console, echo
from vahid.terminal.instants import Instants, instants_of
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from kit.kafka.dead_letters import DeadLetter, ForeignRecord

app = typer.Typer(
    help="List dead letters, the messages that a consumer could not handle, and redrive them.",
    no_args_is_help=True,
)

Consumer = Annotated[str, typer.Argument(help="Consumer group, for example router or notifier.")]

FOREIGN = "dead_letter_foreign"

_FIELDS = (
    "id",
    "source_topic",
    "source_partition",
    "source_offset",
    "error_code",
    "attempts",
    "failed_at",
)


@app.command("ls")
def ls(consumer: Consumer, home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """List the dead letters of a consumer that are not redriven yet. Their content is never shown.

    A record that its consumer has not written is named last, as dead_letter_foreign, and cannot be redriven.

    Exit status: 0 listed, 1 there is no such consumer, 2 Kafka cannot be reached.

    Example: vahid dlq ls router
    """
    from kit.kafka.dead_letters import DeadLetters

    chosen = settings(home)
    found = DeadLetters(chosen.kafka_bootstrap).read(consumer)
    if as_json:
        print_json([*map(_fields, found.waiting), *map(_foreign_fields, found.foreign)])
        return
    instants = instants_of(chosen.catalogue)
    columns = ("id", "source", "error", "attempts", instants.heading("failed at"))
    rows = [_row(dead_letter, instants) for dead_letter in found.waiting]
    rows += [(record.id, record.reason, FOREIGN, "", "") for record in found.foreign]
    Rows(columns, rows, title=f"{len(found.waiting)} dead letters").show(Console())


@app.command("redrive")
def redrive(
    consumer: Consumer,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids from `ls`; by default all.")] = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Send dead letters back to the topics they came from, each once. Foreign records are named and stay.

    Exit status: 0 sent, 1 an id is unknown or another redrive is at work, 2 Kafka cannot be reached.

    Example: vahid dlq redrive router 2-17 2-18
    """
    from kit.kafka.dead_letters import DeadLetters

    dead_letters = DeadLetters(settings(home).kafka_bootstrap)
    count = dead_letters.redrive(consumer, ids or "all")
    for record in dead_letters.read(consumer).foreign:
        echo(f"{FOREIGN}: {record.topic} {record.id} is no dead letter: {record.reason}.", err=True)
    if as_json:
        print_json({"redriven": count})
    else:
        echo(f"Redrove {count} dead letters.")


def _row(dead_letter: "DeadLetter", instants: Instants) -> tuple[str, ...]:
    place = f"{dead_letter.source_partition}-{dead_letter.source_offset}"
    return (
        dead_letter.id,
        f"{dead_letter.source_topic} {place}",
        dead_letter.error_code,
        str(dead_letter.attempts),
        instants.cell(dead_letter.failed_at),
    )


def _fields(dead_letter: "DeadLetter") -> dict[str, object]:
    return {field: getattr(dead_letter, field) for field in _FIELDS}


def _foreign_fields(record: "ForeignRecord") -> dict[str, object]:
    known = {"id": record.id, "error_code": FOREIGN, "reason": record.reason}
    return dict.fromkeys(_FIELDS) | known
