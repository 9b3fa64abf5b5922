"""`vahid catalogue`: check the catalogue's files, and show what was agreed on."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from ruamel.yaml import YAML

from catalogue import answers
from catalogue.loader import load
from catalogue.messages import FIELDS
from catalogue.model import YEARS_AHEAD, Agency, Catalogue
from catalogue.sources import CatalogueError
from schemas.passports import Passport

app = typer.Typer(
    help="Check and show the catalogue: passports, agencies, calendar, rules, messages.",
    no_args_is_help=True,
    add_completion=False,
)

SECTIONS = (
    "answers",
    "calendar",
    "centres",
    "escalation_policy",
    "messages",
    "officials",
    "routing",
    "terms",
    "vocabularies",
)
"""What `show` knows beside the codes of passports and the ids of agencies."""

Folder = Annotated[
    Path | None,
    typer.Argument(
        envvar="VAHID_CATALOGUE",
        help="Folder of the catalogue; the packaged one without.",
        show_default=False,
    ),
]
Chosen = Annotated[
    Path | None,
    typer.Option(
        "--catalogue", envvar="VAHID_CATALOGUE", help="Folder of the catalogue.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Code = Annotated[
    str | None,
    typer.Argument(help=f"A passport, an agency, or one of: {', '.join(SECTIONS)}.", show_default=False),
]


@app.command()
def check(path: Folder = None, as_json: AsJson = False) -> None:
    """Check a catalogue, and list every fault with its file and line.

    Exit status: 0 sound, 1 faults.

    Example: vahid catalogue check ./my-catalogue
    """
    try:
        catalogue = load(path)
    except CatalogueError as error:
        _faults(error, as_json)
        raise typer.Exit(1) from None
    warnings = _warnings(catalogue, datetime.now(UTC).year)
    if as_json:
        _json({"sound": True, "version": catalogue.version, "faults": [], "warnings": warnings})
        return
    connected = sum(agency.connected for agency in catalogue.agencies.values())
    typer.echo(
        f"The catalogue is sound: {len(catalogue.passports)} passports, {len(catalogue.agencies)} agencies "
        f"({connected} connected), version {catalogue.version[:12]}."
    )
    for warning in warnings:
        typer.echo(f"Warning: {warning}", err=True)


@app.command()
def show(code: Code = None, folder: Chosen = None, as_json: AsJson = False) -> None:
    """Show the catalogue, or one passport, agency or section of it.

    Exit status: 0 shown, 1 the catalogue has faults, 2 nothing has that code.

    Example: vahid catalogue show employment
    """
    try:
        catalogue = load(folder)
    except CatalogueError as error:
        _faults(error, as_json)
        raise typer.Exit(1) from None
    if code is None:
        _json(_overview(catalogue)) if as_json else _show_overview(catalogue)
        return
    found = _find(catalogue, code)
    if found is None:
        known = ", ".join([*sorted(catalogue.passports), *sorted(catalogue.agencies), *SECTIONS])
        typer.echo(f"The catalogue has nothing with the code {code!r}. Known: {known}.", err=True)
        raise typer.Exit(2)
    if as_json:
        _json(_values(found))
    elif isinstance(found, Passport):
        _show_passport(found)
    else:
        _yaml(_values(found))


def _find(catalogue: Catalogue, code: str) -> Passport | Agency | dict[str, Any] | None:
    found = catalogue.passports.get(code) or catalogue.agencies.get(code)
    if found is not None or code not in SECTIONS:
        return found
    values = catalogue.model_dump(mode="json", exclude_none=True)
    if code == "answers":
        return {"fields": sorted(answers.FIELDS), "answers": values["agreements"]}
    if code == "messages":
        fields = {event: sorted(names) for event, names in FIELDS.items()}
        return {"fields": fields, "templates": values["templates"]}
    return {code: values[code]}


def _values(found: Passport | Agency | dict[str, Any]) -> dict[str, Any]:
    return found if isinstance(found, dict) else found.model_dump(mode="json", exclude_none=True)


def _overview(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "version": catalogue.version,
        "calendar": {
            "code": catalogue.calendar.code,
            "version": catalogue.calendar.version,
            "years": catalogue.calendar.years,
        },
        "passports": [
            {
                **passport.model_dump(mode="json", include={"code", "version", "title", "example"}),
                "statutory_term": passport.statutory_term,
                "agencies": [step.agency for step in passport.steps],
            }
            for passport in catalogue.passports.values()
        ],
        "agencies": [
            {
                **agency.model_dump(mode="json", include={"id", "title", "kind", "district", "example"}),
                "connected": agency.connected,
            }
            for agency in catalogue.agencies.values()
        ],
    }


def _show_overview(catalogue: Catalogue) -> None:
    years = "-".join(map(str, catalogue.calendar.years or ()))
    typer.echo(f"Catalogue {catalogue.version[:12]}; calendar {catalogue.calendar.code} {years}")
    typer.echo("")
    _table(
        ("passport", "title", "steps", "term", "version"),
        (
            (one.code, one.title.en, _flow(one), f"{one.statutory_term} days", one.version[:12])
            for one in catalogue.passports.values()
        ),
    )
    typer.echo("")
    _table(
        ("agency", "title", "kind", "district", "connected"),
        (
            (one.id, one.title.en, one.kind, one.district or "", "yes" if one.connected else "no")
            for one in catalogue.agencies.values()
        ),
    )
    entries: tuple[Passport | Agency, ...] = (*catalogue.passports.values(), *catalogue.agencies.values())
    if any(one.example for one in entries):
        typer.echo("\nSome of it is example data: see `example` in `vahid catalogue show CODE --json`.")


def _show_passport(passport: Passport) -> None:
    typer.echo(f"{passport.code}  {passport.version[:12]}" + ("  (example data)" if passport.example else ""))
    typer.echo(f"az: {passport.title.az}\nen: {passport.title.en}")
    typer.echo(f"For: {', '.join(passport.categories)}")
    typer.echo(f"Documents: {', '.join(passport.documents) or 'none'}")
    typer.echo(f"Lead agency: {passport.lead_agency}")
    typer.echo(f"Statutory term: {passport.statutory_term} working days ({passport.legal_basis})\n")
    _table(
        ("step", "agency", "after", "acknowledge", "resolve", "sees"),
        (
            (
                step.code,
                step.agency,
                ", ".join(step.after),
                f"{step.acknowledge_within} days",
                f"{step.resolve_within} days",
                ", ".join(step.disclose),
            )
            for step in passport.steps
        ),
    )


def _flow(passport: Passport) -> str:
    first = " + ".join(step.agency for step in passport.steps if not step.after)
    return " → ".join([first, *(step.agency for step in passport.steps if step.after)])


def _warnings(catalogue: Catalogue, this_year: int) -> list[str]:
    years = catalogue.calendar.years
    if years is None or years[1] >= this_year + YEARS_AHEAD:
        return []
    return [
        f"the calendar ends with {years[1]}; cases of {this_year} may need {this_year + YEARS_AHEAD}. "
        "Extend `last_year` in calendars/az.yaml."
    ]


def _faults(error: CatalogueError, as_json: bool) -> None:
    if as_json:
        faults = [
            {"file": one.file, "line": one.line, "message": one.message, "remedy": one.remedy}
            for one in error.faults
        ]
        _json({"sound": False, "version": None, "faults": faults, "warnings": []})
        return
    for fault in error.faults:
        typer.echo(str(fault))
    typer.echo(f"The catalogue has {len(error.faults)} fault(s).", err=True)


def _json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _yaml(value: object) -> None:
    out = StringIO()
    yaml = YAML()
    yaml.width = 1000
    yaml.dump(value, out)
    typer.echo(out.getvalue().rstrip())


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table in a terminal; in a pipe, lines with tabs that other programs can cut."""
    console = Console()
    if not console.is_terminal:
        for row in (columns, *rows):
            typer.echo("\t".join(row))
        return
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)
