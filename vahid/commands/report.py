"""`vahid report`: the Commission's report of an installation, and its recomputation from Kafka alone."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, settings


def report(
    home: HomeOption = DEFAULT,
    html: Annotated[Path | None, typer.Option(help="Write it as a page to this file.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Compute it again from Kafka alone.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Persons and appeals by channel, direction and agency; what was late; days, and to whom they are charged.

    With --verify the same figures are computed by other code from the published events, and each one that
    differs is named; a message on their topic that is no case event is left out, and said. On an
    installation at work, what was recorded a moment ago may not be published yet.

    Exit status: 0 good, 1 figures differ, 2 a store could not be reached.

    Example: vahid report --html report.html --verify
    """
    from kafka.errors import KafkaError
    from sqlalchemy.exc import SQLAlchemyError

    from reporting.page import page

    chosen = settings(home)
    as_of = chosen.clock.now()
    try:
        found = asyncio.run(_figures(chosen.database_url, as_of, chosen.catalogue))
        wrong, foreign = (
            _verify(found, chosen.kafka_bootstrap, as_of, chosen.catalogue) if verify else ([], [])
        )
    except (SQLAlchemyError, KafkaError, OSError) as error:
        typer.echo(f"A store could not be reached: {type(error).__name__}. See `vahid status`.", err=True)
        raise typer.Exit(2) from error
    if html is not None:
        html.write_text(page(found, as_of))
    if as_json:
        verified = {"differences": wrong, "foreign_messages": foreign} if verify else {}
        shown = {"as_of": as_of.isoformat(), **found, **verified}
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        _show(found, wrong, verify)
        _show_foreign(foreign)
    raise typer.Exit(1 if wrong else 0)


async def _figures(database_url: str, as_of: datetime, catalogue: Path | None) -> dict[str, Any]:
    from catalogue.loader import load
    from kit.database import Database
    from reporting.reading import report as read

    database = Database(database_url, pool_size=2, command_seconds=60)
    try:
        return (await read(database, as_of, load(catalogue).calendar)).plain()
    finally:
        await database.close()


def _verify(
    found: dict[str, Any], bootstrap: str, as_of: datetime, catalogue: Path | None
) -> tuple[list[str], list[str]]:
    from catalogue.loader import PACKAGED
    from reporting.day_counter import DayCounter
    from reporting.recomputation import differences, read_topic, recompute

    days = DayCounter.of((catalogue or PACKAGED) / "calendars" / "az.yaml")
    events, foreign = read_topic(bootstrap)
    return differences(found, recompute(events, as_of, days)), foreign


def _show(found: dict[str, Any], wrong: list[str], verify: bool) -> None:
    from reporting.tables import tables

    console = Console()
    time = found["time_to_answer"]
    console.print(
        f"{found['persons']} persons brought {found['appeals']} appeals in {found['cases']} cases; half were "
        f"answered within {time['median_days']} working days, nine of ten within {time['p90_days']}.",
        highlight=False,
        soft_wrap=True,
    )
    for rows in tables(found):
        rows.show(console)
    for line in wrong:
        console.print(line, highlight=False, style="red", soft_wrap=True)
    if verify and not wrong:
        console.print("Recomputed from Kafka alone, by other code: every figure agrees.", style="green")


def _show_foreign(places: list[str]) -> None:
    if places:
        shown = "; ".join(places[:5]) + (" …" if len(places) > 5 else "")
        typer.echo(f"Left out, as no case events: {len(places)} messages ({shown}).", err=True)
