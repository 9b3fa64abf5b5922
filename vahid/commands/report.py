"""`vahid report`: the Commission's report of an installation, and its recomputation from Kafka alone."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.private_files import refuse_existing, write_private
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, open_database, settings
from vahid.terminal.console import Console, echo
from vahid.terminal.instants import instants_of
from vahid.terminal.opened_log import OverwriteOption
from vahid.terminal.output import print_json

if TYPE_CHECKING:
    from kit.settings import Settings


def report(
    home: HomeOption = DEFAULT,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page to this file.")] = None,
    overwrite: OverwriteOption = False,
    verify: Annotated[bool, typer.Option("--verify", help="Recompute it from Kafka alone.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show persons and appeals by channel, direction and agency; what was late; to whom days are charged.

    --verify recomputes the figures by other code from the published events, and names each that differs. A
    message of their topic that is no case event is left out and named. Events of the last moments may not be
    published yet.

    Exit status: 0 shown, 1 figures differ, 2 a store cannot be reached.

    Example: vahid report --html report.html --verify
    """
    from reporting.page import page

    refuse_existing(html, overwrite=overwrite)
    chosen = settings(home)
    as_of = chosen.clock.now()
    found = asyncio.run(_figures(chosen, as_of))
    instants = instants_of(chosen.catalogue)
    wrong, foreign = _verify(found, chosen, as_of) if verify else ([], [])
    if html is not None:
        write_private(html, page(found, as_of.astimezone(instants.zone)), overwrite=overwrite)
    if as_json:
        verified = {"differences": wrong, "foreign_messages": foreign} if verify else {}
        print_json({"as_of": as_of, **found, **verified})
    else:
        echo(f"As of {instants.text(as_of)}.")
        _show(found, wrong, verify)
        _show_foreign(foreign)
    raise typer.Exit(1 if wrong else 0)


async def _figures(chosen: "Settings", as_of: datetime) -> dict[str, Any]:
    from catalogue.loader import load
    from reporting.reading import report as read

    async with open_database(chosen, pool_size=2, command_seconds=60) as database:
        return (await read(database, as_of, load(chosen.catalogue).calendar)).plain()


def _verify(found: dict[str, Any], chosen: "Settings", as_of: datetime) -> tuple[list[str], list[str]]:
    from catalogue.loader import PACKAGED
    from kit.kafka.connection import client_options
    from reporting.day_counter import DayCounter
    from reporting.recomputation import differences, read_topic, recompute

    days = DayCounter.of((chosen.catalogue or PACKAGED) / "calendars" / "az.yaml")
    events, foreign = read_topic(client_options(chosen.kafka_bootstrap))
    return differences(found, recompute(events, as_of, days)), foreign


def _show(found: dict[str, Any], wrong: list[str], verify: bool) -> None:
    from reporting.tables import tables

    console = Console()
    time = found["time_to_answer"]
    console.print(
        f"{found['persons']} persons, {found['appeals']} appeals, {found['cases']} cases. Half were answered "
        f"within {time['median_days']} working days, nine of ten within {time['p90_days']}.",
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
        echo(f"Left out {len(places)} messages that are no case events ({shown}).", err=True)
