"""`vahid catalogue`: check the catalogue's files, and show what was agreed on."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from catalogue import answers
from catalogue.free_text.deciding import ground_text
from catalogue.loader import load
from catalogue.messages import FIELDS
from catalogue.model import YEARS_AHEAD, Agency, Catalogue
from catalogue.sources import CatalogueError
from schemas.passports import Passport
from vahid.terminal import catalogue_views as views
from vahid.terminal.connection_options import CatalogueOption, JsonOption
from vahid.terminal.console import echo
from vahid.terminal.output import print_json

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
    "free_text",
    "messages",
    "officials",
    "routing",
    "terms",
    "vocabularies",
)
"""What `show` takes beside the codes of passports and the ids of agencies."""

Folder = Annotated[
    Path | None,
    typer.Argument(
        envvar="VAHID_CATALOGUE",
        help="Folder of the catalogue; by default the packaged one.",
        show_default=False,
    ),
]
Code = Annotated[
    str | None,
    typer.Argument(help=f"A passport, an agency, or one of: {', '.join(SECTIONS)}.", show_default=False),
]


@app.command()
def check(path: Folder = None, as_json: JsonOption = False) -> None:
    """Check a catalogue, and list every fault with its file and line.

    Exit status: 0 sound, 1 faults.

    Example: vahid catalogue check ./my-catalogue
    """
    try:
        catalogue = load(path)
    except CatalogueError as error:
        _show_faults(error, as_json)
        raise typer.Exit(1) from None
    warnings = _warnings(catalogue, datetime.now(UTC).year)
    if as_json:
        sound = {"sound": True, "version": catalogue.version, "faults": [], "warnings": warnings}
        print_json(sound, indent=2)
        return
    connected = sum(agency.connected for agency in catalogue.agencies.values())
    echo(
        f"The catalogue is sound: {len(catalogue.passports)} passports, {len(catalogue.agencies)} agencies "
        f"({connected} connected), version {catalogue.version[:12]}."
    )
    for warning in warnings:
        echo(f"Warning: {warning}", err=True)


@app.command()
def show(code: Code = None, folder: CatalogueOption = None, as_json: JsonOption = False) -> None:
    """Show the catalogue, or one passport, agency or section of it.

    Exit status: 0 shown, 1 the catalogue has faults, 2 nothing has that code.

    Example: vahid catalogue show employment
    """
    try:
        catalogue = load(folder)
    except CatalogueError as error:
        _show_faults(error, as_json)
        raise typer.Exit(1) from None
    if code is None:
        if as_json:
            print_json(_overview(catalogue), indent=2)
        else:
            views.show_overview(catalogue)
        return
    found = _find(catalogue, code)
    if found is None:
        known = ", ".join([*sorted(catalogue.passports), *sorted(catalogue.agencies), *SECTIONS])
        echo(f"The catalogue has nothing with the code {code!r}. Known: {known}.", err=True)
        raise typer.Exit(2)
    _show_part(found, as_json)


@app.command()
def interpret(
    text: Annotated[str, typer.Argument(help="Free text of an appeal; - reads it from standard input.")],
    folder: CatalogueOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what becomes of a free text: the service that it asks for, or suggestions, and why.

    Exit status: 0 shown, 1 the catalogue has faults.

    Example: vahid catalogue interpret "Mənə protez lazımdır"
    """
    from catalogue.free_text.interpretation import interpret as read

    try:
        catalogue = load(folder)
    except CatalogueError as error:
        _show_faults(error, as_json)
        raise typer.Exit(1) from None
    found = read(catalogue.free_text, sys.stdin.read() if text == "-" else text)
    if as_json:
        print_json(found._asdict(), indent=2)
        return
    echo(f"{found.service or 'triage'} ({found.ground}): {ground_text(catalogue.free_text, found.ground)}")
    echo(f"Suggested: {', '.join(found.suggestions) or 'nothing'}")


def _show_part(found: Passport | Agency | dict[str, Any], as_json: bool) -> None:
    values = found if isinstance(found, dict) else found.model_dump(mode="json", exclude_none=True)
    if as_json:
        print_json(values, indent=2)
    elif isinstance(found, Passport):
        views.show_passport(found)
    else:
        views.show_yaml(values)


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


def _warnings(catalogue: Catalogue, this_year: int) -> list[str]:
    years = catalogue.calendar.years
    if years is None or years[1] >= this_year + YEARS_AHEAD:
        return []
    return [
        f"the calendar ends with {years[1]}; cases of {this_year} may need {this_year + YEARS_AHEAD}. "
        "Extend `last_year` in calendars/az.yaml."
    ]


def _show_faults(error: CatalogueError, as_json: bool) -> None:
    if as_json:
        faults = [
            {"file": fault.file, "line": fault.line, "message": fault.message, "remedy": fault.remedy}
            for fault in error.faults
        ]
        print_json({"sound": False, "version": None, "faults": faults, "warnings": []}, indent=2)
        return
    for fault in error.faults:
        echo(str(fault))
    echo(f"The catalogue has {len(error.faults)} fault(s).", err=True)
