"""`vahid case decide`: what the Commission commands."""

from typing import Annotated

import typer

from casework.commands import commission
from casework.commands.commission import Instruction
from vahid.terminal.case_command import CaseArgument, KeyOption, NoteOption, execute
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption


def decide(
    case: CaseArgument,
    item: Annotated[
        str, typer.Argument(metavar="ITEM", help="Agenda item: the task, as `vahid case show` lists it.")
    ],
    instruct: Annotated[str | None, typer.Option(metavar="AGENCY", help="Instruct this agency.")] = None,
    within: Annotated[
        int | None,
        typer.Option(metavar="DAYS", help="Term of the instruction in working days.", min=1, max=90),
    ] = None,
    service: Annotated[
        str | None, typer.Option(help="Service of the instruction; by default the item's own.")
    ] = None,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Decide an item of the Commission's agenda: note it, or instruct an agency.

    An instruction becomes a step of the case, with clocks as any other. This needs an API key of the
    Commission. List the cases on the agenda with `vahid case list --agenda`.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case decide VHD-21-0000042-7 agenda/t1.examine/1 --instruct moh --within 5
    """
    if (instruct is None) != (within is None) or (service is not None and instruct is None):
        raise typer.BadParameter("Give an agency and a term: --instruct AGENCY --within DAYS.")
    order = None if instruct is None or within is None else Instruction(instruct, within, service)
    builder = commission.decide(item, order)
    execute(case, builder, home, as_json, key=command_id, note=note, scope="commission")
