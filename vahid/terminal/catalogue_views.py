"""How the catalogue is shown: all of it, one passport, or any part as YAML."""

from io import StringIO

from ruamel.yaml import YAML

from catalogue.model import Agency, Catalogue
from kit.rows import Rows
from schemas.passports import Passport
from vahid.terminal.console import Console, echo


def show_overview(catalogue: Catalogue) -> None:
    """Print the passports and the agencies, one a row."""
    console = Console()
    years = "-".join(map(str, catalogue.calendar.years or ()))
    echo(f"Catalogue {catalogue.version[:12]}; calendar {catalogue.calendar.code} {years}\n")
    _passports(catalogue).show(console)
    echo()
    _agencies(catalogue).show(console)
    entries: tuple[Passport | Agency, ...] = (*catalogue.passports.values(), *catalogue.agencies.values())
    if any(entry.example for entry in entries):
        echo("\nSome of it is example data: see `example` in `vahid catalogue show CODE --json`.")


def show_passport(passport: Passport) -> None:
    """Print a passport with its steps."""
    echo(f"{passport.code}  {passport.version[:12]}" + ("  (example data)" if passport.example else ""))
    echo(f"az: {passport.title.az}\nen: {passport.title.en}")
    echo(f"For: {', '.join(passport.categories)}")
    echo(f"Documents: {', '.join(passport.documents) or 'none'}")
    echo(f"Lead agency: {passport.lead_agency}")
    echo(f"Statutory term: {passport.statutory_term} working days ({passport.legal_basis})\n")
    rows = [
        (
            step.code,
            step.agency,
            ", ".join(step.after),
            f"{step.acknowledge_within} days",
            f"{step.resolve_within} days",
            ", ".join(step.disclose),
        )
        for step in passport.steps
    ]
    Rows(("step", "agency", "after", "acknowledge", "resolve", "sees"), rows).show(Console())


def show_yaml(value: object) -> None:
    """Print plain values as YAML."""
    out = StringIO()
    yaml = YAML()
    yaml.width = 1000
    yaml.dump(value, out)
    echo(out.getvalue().rstrip())


def _passports(catalogue: Catalogue) -> Rows:
    rows = [
        (
            passport.code,
            passport.title.en,
            _agencies_in_order(passport),
            f"{passport.statutory_term} days",
            passport.version[:12],
        )
        for passport in catalogue.passports.values()
    ]
    return Rows(("passport", "title", "steps", "term", "version"), rows)


def _agencies(catalogue: Catalogue) -> Rows:
    rows = [
        (agency.id, agency.title.en, agency.kind, agency.district or "", "yes" if agency.connected else "no")
        for agency in catalogue.agencies.values()
    ]
    return Rows(("agency", "title", "kind", "district", "connected"), rows)


def _agencies_in_order(passport: Passport) -> str:
    first = " + ".join(step.agency for step in passport.steps if not step.after)
    return " → ".join([first, *(step.agency for step in passport.steps if step.after)])
