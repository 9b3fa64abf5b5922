"""`vahid case`: list cases, show one, say why it is due when it is, and give it commands."""

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console

from vahid.commands import case_staff
from vahid.commands.case_answer import answer
from vahid.commands.case_applicant import object_to, provide_information, rate, withdraw
from vahid.commands.case_calendar import revise_calendar
from vahid.commands.case_commission import decide
from vahid.commands.case_documents import documents
from vahid.commands.case_repair import repair
from vahid.commands.case_why import why
from vahid.terminal import case_views as views
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption, settings
from vahid.terminal.give_command import CaseArgument

app = typer.Typer(
    help="List and show cases; command them as the centre's staff, for the applicant, as the Commission.",
    no_args_is_help=True,
)


@app.command("list")
def list_cases(
    status: Annotated[str | None, typer.Option(help="open or answered.")] = None,
    agency: Annotated[str | None, typer.Option(help="Only cases with an open step at this agency.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only open cases past their statutory term.")] = False,
    tasks: Annotated[bool, typer.Option("--tasks", help="Only cases in which a person must decide.")] = False,
    agenda: Annotated[bool, typer.Option("--agenda", help="Only cases before the Commission.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """List cases, the ones due first at the top. Late is computed now, from when they are due.

    Example: vahid case list --agency moh --late
    """
    from casework.queries import Wanted, find_cases

    wanted = Wanted(status=status, agency=agency, late=late, tasks=tasks, agenda=agenda)
    rows = asyncio.run(find_cases(settings(home), wanted, limit))
    if as_json:
        typer.echo(json.dumps(rows, default=str, ensure_ascii=False))
    else:
        views.case_rows(rows).show(Console())


@app.command()
def show(case: CaseArgument, home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """Show a case: what a person must decide, its tracks, steps and clocks, and its history with causes.

    Exit status: 0 shown, 1 no such case.

    Example: vahid case show VHD-21-0000042-7
    """
    from casework.queries import read_case

    found = asyncio.run(read_case(settings(home), case))
    if found is None:
        typer.echo(f"There is no case {case}; `vahid case list` lists cases.", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(found, default=str, ensure_ascii=False))
        return
    views.show_case(Console(), found)


app.command()(why)
app.command()(answer)
app.command()(documents)
for one in case_staff.COMMANDS:
    app.command()(one)
app.command()(provide_information)
app.command()(withdraw)
app.command("object")(object_to)
app.command()(rate)
app.command()(decide)
app.command()(revise_calendar)
app.command()(repair)
