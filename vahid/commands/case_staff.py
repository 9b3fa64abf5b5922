"""`vahid case`: what the centre's staff command."""

from typing import Annotated, Literal

import typer
from casework.staff_commands import CentreStatus

from casework import staff_commands as staff
from schemas.case_lifecycle_events import Outcome
from schemas.clocks import ChargedTo
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption
from vahid.terminal.give_command import (
    CaseArgument,
    KeyOption,
    NeededNote,
    NoteOption,
    ReasonOption,
    StepArgument,
    TaskArgument,
    TrackArgument,
    give,
)


def place(
    case: CaseArgument,
    step: StepArgument,
    service: Annotated[list[str], typer.Option(help="A service; may be given more than once.")],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Place an appeal that waits in triage.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case place VHD-21-0000042-7 t1.triage --service employment
    """
    give(case, staff.place(step, service), home, as_json, key=command_id)


def reassign(
    case: CaseArgument,
    step: StepArgument,
    agency: Annotated[str, typer.Argument(help="The agency that shall do the step.")],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Give a step to another agency; the one that has it is told that it need not do it.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case reassign VHD-21-0000042-7 t1.examine mlspp
    """
    give(case, staff.reassign(step, agency), home, as_json, key=command_id)


def redispatch(
    case: CaseArgument,
    step: StepArgument,
    reason: ReasonOption,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Send a step to its agency anew, as its next assignment; its clocks run on.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case redispatch VHD-21-0000042-7 t1.examine --reason lost_by_body
    """
    give(case, staff.redispatch(step, reason), home, as_json, key=command_id)


def report(
    case: CaseArgument,
    step: StepArgument,
    status: Annotated[CentreStatus, typer.Argument(help="What is said about the step.")],
    reason: Annotated[str | None, typer.Option(help="Reason code, as not_competent.")] = None,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Report on a step that is with the centre itself. The note goes into the answer.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case report VHD-21-0000042-7 t1.triage refused --reason not_competent
    """
    give(case, staff.report(step, status, reason), home, as_json, key=command_id, note=note)


def suspend(
    case: CaseArgument,
    step: StepArgument,
    charged_to: Annotated[ChargedTo, typer.Option(help="To whom the days are charged.")],
    reason: ReasonOption,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Let the service norm of a step stand still. The statutory term runs on.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case suspend VHD-21-0000042-7 t1.examine --charged-to force_majeure --reason flood
    """
    give(case, staff.suspend(step, charged_to, reason), home, as_json, key=command_id)


def resume(
    case: CaseArgument,
    step: StepArgument,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Let the service norm of a step run again; it is due later by exactly the working time lost.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case resume VHD-21-0000042-7 t1.examine
    """
    give(case, staff.resume(step), home, as_json, key=command_id)


def extend(
    case: CaseArgument,
    days: Annotated[int, typer.Option(help="Working days.", min=1, max=1000)],
    reason: ReasonOption,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Extend the statutory term of a case, once, before it has ended.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case extend VHD-21-0000042-7 --days 10 --reason documents_missing
    """
    give(case, staff.extend(days, reason), home, as_json, key=command_id, note=note)


def close(
    case: CaseArgument,
    track: TrackArgument,
    outcome: Annotated[Outcome, typer.Argument(help="What the answer says.")],
    reason: ReasonOption,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Answer a track from the desk; what its agencies still do is recalled. The note goes into the answer.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case close VHD-21-0000042-7 t1 refused --reason already_provided
    """
    give(case, staff.close(track, outcome, reason), home, as_json, key=command_id, note=note)


def reopen(
    case: CaseArgument,
    track: TrackArgument,
    reason: ReasonOption,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Have an answered track worked on again, by its last steps.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case reopen VHD-21-0000042-7 t1 --reason new_facts
    """
    give(case, staff.reopen(track, reason), home, as_json, key=command_id)


def annotate(
    case: CaseArgument,
    note: NeededNote,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Keep a remark for the file; nobody outside is told, and no clock is touched.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case annotate VHD-21-0000042-7 --note - < remark.txt
    """
    give(case, staff.annotate(), home, as_json, key=command_id, note=note)


def migrate(
    case: CaseArgument,
    track: TrackArgument,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Let a track follow its service's passport as the catalogue has it now; steps that began end as begun.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case migrate VHD-21-0000042-7 t1
    """
    give(case, staff.migrate(track), home, as_json, key=command_id)


def settle(
    case: CaseArgument,
    task: TaskArgument,
    decision: Annotated[Literal["confirm", "dismiss"], typer.Argument(help="What is decided.")],
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Decide a task of the centre; `vahid case show` says what either decision does.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case settle VHD-21-0000042-7 correction/t1.examine/1 confirm
    """
    give(case, staff.settle(task, decision), home, as_json, key=command_id, note=note)


def join(
    case: CaseArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The case that takes over, or a number of it.")],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Give all open tracks of a case to another pending case of the same person, which answers them.

    No clock begins anew. The case that joins ends, without an answer of its own where it had given none.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case join VHD-21-0000043-5 VHD-21-0000042-7
    """
    give(case, staff.join(), home, as_json, key=command_id, other=into)


def split(
    case: CaseArgument,
    tracks: Annotated[
        list[str], typer.Argument(metavar="TRACK...", help="The tracks, as `case show` names them.")
    ],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Give open tracks a case of their own, which answers them. No clock begins anew.

    Exit status: 0 accepted, 1 refused, 2 it could not be asked.

    Example: vahid case split VHD-21-0000042-7 t2 t3
    """
    give(case, staff.split(tracks), home, as_json, key=command_id)


COMMANDS = (
    place,
    reassign,
    redispatch,
    report,
    suspend,
    resume,
    extend,
    close,
    reopen,
    annotate,
    migrate,
    settle,
    join,
    split,
)
