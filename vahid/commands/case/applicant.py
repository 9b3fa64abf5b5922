"""`vahid case`: what the staff command in the applicant's name. The history names the staff as the actor."""

from typing import Annotated

import typer

from casework.commands import applicant
from vahid.terminal.case_command import (
    CaseArgument,
    KeyOption,
    NoteOption,
    RequiredNote,
    StepArgument,
    TrackArgument,
    execute,
)
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption


def provide_information(
    case: CaseArgument,
    step: StepArgument,
    note: RequiredNote,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """In the applicant's name: provide what the agency of a step asked for. The agency receives it.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case provide-information VHD-21-0000042-7 t1.examine --note - < statement.txt
    """
    execute(case, applicant.provide_information(step), home, as_json, key=command_id, note=note)


def withdraw(
    case: CaseArgument,
    track: Annotated[str | None, typer.Option(help="Withdraw this track only; by default all.")] = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """In the applicant's name: withdraw a case or a track. Open assignments are recalled.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case withdraw VHD-21-0000042-7 --track t1
    """
    execute(case, applicant.withdraw(track), home, as_json, key=command_id)


def object_to(
    case: CaseArgument,
    track: TrackArgument,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """In the applicant's name: object to the answer of a track. The agency one up reviews it.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case object VHD-21-0000042-7 t1 --note - < objection.txt
    """
    execute(case, applicant.object_to(track), home, as_json, key=command_id, note=note)


def rate(
    case: CaseArgument,
    track: TrackArgument,
    score: Annotated[int, typer.Argument(help="From 1 (poor) to 5 (good).", min=1, max=5)],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """In the applicant's name: rate the answer of a track.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case rate VHD-21-0000042-7 t1 4
    """
    execute(case, applicant.rate(track, score), home, as_json, key=command_id)
