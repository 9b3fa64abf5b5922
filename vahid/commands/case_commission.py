"""`vahid case decide`: what the Commission commands."""

from typing import Annotated

import typer

from casework import commission_commands as commission
from casework.commission_commands import Instruction
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption
from vahid.terminal.give_command import CaseArgument, KeyOption, NoteOption, TaskArgument, give


def decide(
    case: CaseArgument,
    item: TaskArgument,
    instruct: Annotated[str | None, typer.Option(metavar="BODY", help="Tell this agency to act.")] = None,
    within: Annotated[int | None, typer.Option(help="Its time in working days.", min=1, max=90)] = None,
    service: Annotated[
        str | None, typer.Option(help="What the instruction is about; the item's own service without.")
    ] = None,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Decide an item of the Commission's agenda: note it, or tell an agency what to do and by when.

    An instruction comes back to the case as a step, with a clock as any other. A key for the Commission is
    needed. `vahid case list --agenda` lists the cases on the agenda.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case decide VHD-21-0000042-7 agenda/t1.examine/1 --instruct moh --within 5
    """
    if (instruct is None) != (within is None) or (service is not None and instruct is None):
        raise typer.BadParameter("an instruction has an agency and a term: --instruct BODY --within DAYS")
    told = None if instruct is None or within is None else Instruction(instruct, within, service)
    builder = commission.decide(item, told)
    give(case, builder, home, as_json, key=command_id, note=note, scope="commission")
