"""`vahid case`: list cases, show one, and give a case the commands of the centre's staff."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from kit.errors import VahidError
from kit.problem import Problem
from vahid.commands import case_views as views
from vahid.commands.case_answer import answer
from vahid.commands.case_repair import repair
from vahid.reach import DEFAULT, HomeOption, JsonOption, api_key, settings

if TYPE_CHECKING:
    from vahid.desk import Desk
    from workflows.contracts import CommandOutcome

app = typer.Typer(
    help="List and show cases; place, reassign and report as the centre's staff.", no_args_is_help=True
)
app.command()(answer)
app.command()(repair)

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case id, or a tracking number.")]
StepArgument = Annotated[str, typer.Argument(metavar="STEP", help="The step, as `case show` names it.")]


@app.command("list")
def list_cases(
    status: Annotated[str | None, typer.Option(help="open or answered.")] = None,
    agency: Annotated[str | None, typer.Option(help="Only cases with an open step at this agency.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only open cases past their statutory term.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """List cases, the ones due first at the top. Late is computed now, from when they are due.

    Example: vahid case list --agency moh --late
    """
    from vahid.commands.case_queries import find_cases

    chosen = settings(home)
    rows = asyncio.run(find_cases(chosen, status=status, agency=agency, late=late, limit=limit))
    if as_json:
        typer.echo(json.dumps(rows, default=str, ensure_ascii=False))
    else:
        views.case_rows(rows).show(Console())


@app.command()
def show(case: CaseArgument, home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """Show a case: its tracks, its steps, and its history, every entry with its cause and actor.

    Exit status: 0 shown, 1 no such case.

    Example: vahid case show VHD-21-0000042-7
    """
    from vahid.commands.case_queries import read_case

    found = asyncio.run(read_case(settings(home), case))
    if found is None:
        typer.echo(f"There is no case {case}; `vahid case list` lists cases.", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(found, default=str, ensure_ascii=False))
        return
    views.show_case(Console(), found)


@app.command()
def place(
    case: CaseArgument,
    step: StepArgument,
    service: Annotated[list[str], typer.Option(help="A service; may be given more than once.")],
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Place an appeal that waits in triage.

    Exit status: 0 accepted, 1 refused.

    Example: vahid case place VHD-21-0000042-7 t1.triage --service employment
    """
    _command(home, case, lambda desk, case_id: desk.place(case_id, step, service), as_json)


@app.command()
def reassign(
    case: CaseArgument,
    step: StepArgument,
    agency: Annotated[str, typer.Argument(help="The agency that shall do the step.")],
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Give a step to another agency.

    Exit status: 0 accepted, 1 refused.

    Example: vahid case reassign VHD-21-0000042-7 t1.examine mlspp
    """
    _command(home, case, lambda desk, case_id: desk.reassign(case_id, step, agency), as_json)


@app.command()
def report(
    case: CaseArgument,
    step: StepArgument,
    status: Annotated[str, typer.Argument(help="acknowledged, in_progress, fulfilled, refused or note.")],
    reason: Annotated[str | None, typer.Option(help="Reason code, as not_competent.")] = None,
    note: Annotated[str | None, typer.Option(help="A sentence for the answer; it is sealed.")] = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Report on a step that is with the centre itself.

    Exit status: 0 accepted, 1 refused.

    Example: vahid case report VHD-21-0000042-7 t1.triage refused --reason not_competent
    """
    if status not in ("acknowledged", "in_progress", "fulfilled", "refused", "note"):
        raise typer.BadParameter(f"{status} is no status; see --help")
    said: Any = status
    more = {"reason_code": reason, "note": note}
    _command(home, case, lambda desk, case_id: desk.report(case_id, step, said, **more), as_json)


def _command(
    home: Path,
    case: str,
    give: "Callable[[Desk, str], Coroutine[Any, Any, CommandOutcome]]",
    as_json: bool,
) -> None:
    try:
        outcome = asyncio.run(_give(home, case, give))
    except (VahidError, Problem) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(outcome.model_dump_json())
    else:
        typer.echo("Accepted." if outcome.accepted else f"Refused ({outcome.code}). {outcome.allowed}")
    raise typer.Exit(0 if outcome.accepted else 1)


async def _give(
    home: Path, case: str, give: "Callable[[Desk, str], Coroutine[Any, Any, CommandOutcome]]"
) -> "CommandOutcome":
    from vahid.commands.case_queries import case_id_of
    from vahid.desk import UNKNOWN_CASE, open_desk

    chosen = settings(home)
    case_id = await case_id_of(chosen, case)
    if case_id is None:
        return UNKNOWN_CASE
    async with open_desk(chosen, api_key(home, "staff")) as desk:
        return await give(desk, case_id)
