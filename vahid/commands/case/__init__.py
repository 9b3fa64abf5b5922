"""`vahid case`: list and show cases, and give them commands. Each group of commands has a module."""

from collections.abc import Callable

import typer

from vahid.commands.case import applicant, calendar, commission, staff
from vahid.commands.case.answer import answer
from vahid.commands.case.documents import documents
from vahid.commands.case.listing import list_cases
from vahid.commands.case.repair import repair
from vahid.commands.case.show import show
from vahid.commands.case.why import why

COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_cases,
    "show": show,
    "why": why,
    "answer": answer,
    "documents": documents,
    "place": staff.place,
    "reassign": staff.reassign,
    "redispatch": staff.redispatch,
    "report": staff.report,
    "suspend": staff.suspend,
    "resume": staff.resume,
    "extend": staff.extend,
    "close": staff.close,
    "reopen": staff.reopen,
    "annotate": staff.annotate,
    "migrate": staff.migrate,
    "settle": staff.settle,
    "join": staff.join,
    "split": staff.split,
    "provide-information": applicant.provide_information,
    "withdraw": applicant.withdraw,
    "object": applicant.object_to,
    "rate": applicant.rate,
    "decide": commission.decide,
    "revise-calendar": calendar.revise_calendar,
    "repair": repair,
}
"""Each command by its name, in the order of the help."""

app = typer.Typer(
    help="List and show cases. Command them as the staff, for the applicant, or as the Commission.",
    no_args_is_help=True,
)
for name, function in COMMANDS.items():
    app.command(name)(function)
