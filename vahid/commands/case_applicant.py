"""`vahid case`: what the staff say in the applicant's name. The history tells that it was the staff."""

from typing import Annotated

import typer

from casework import applicant_commands as applicant
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption
from vahid.terminal.give_command import (
    CaseArgument,
    KeyOption,
    NeededNote,
    NoteOption,
    StepArgument,
    TrackArgument,
    give,
)


def provide_information(
    case: CaseArgument,
    step: StepArgument,
    note: NeededNote,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """In the applicant's name: give what the agency of a step asked for. The agency is sent it.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case provide-information VHD-21-0000042-7 t1.examine --note - < statement.txt
    """
    give(case, applicant.provide_information(step), home, as_json, key=command_id, note=note)


def withdraw(
    case: CaseArgument,
    track: Annotated[str | None, typer.Option(help="Only this track; everything without.")] = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """In the applicant's name: ask no more. What agencies still do is recalled.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case withdraw VHD-21-0000042-7 --track t1
    """
    give(case, applicant.withdraw(track), home, as_json, key=command_id)


def object_to(
    case: CaseArgument,
    track: TrackArgument,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """In the applicant's name: contest the answer of a track. The agency one up reviews it.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case object VHD-21-0000042-7 t1 --note - < objection.txt
    """
    give(case, applicant.object_to(track), home, as_json, key=command_id, note=note)


def rate(
    case: CaseArgument,
    track: TrackArgument,
    score: Annotated[int, typer.Argument(help="From 1 (poor) to 5 (good).", min=1, max=5)],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """In the applicant's name: say how good the answer of a track was.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case rate VHD-21-0000042-7 t1 4
    """
    give(case, applicant.rate(track, score), home, as_json, key=command_id)
