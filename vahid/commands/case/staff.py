"""`vahid case`: what the centre's staff command."""

from typing import Annotated, Literal

import typer

from casework.commands import staff
from casework.commands.staff import CentreStatus
from schemas.case_lifecycle_events import Outcome
from schemas.clocks import ChargedTo
from vahid.terminal.case_command import (
    CaseArgument,
    KeyOption,
    NoteOption,
    ReasonOption,
    RequiredNote,
    StepArgument,
    TaskArgument,
    TrackArgument,
    execute,
)
from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption


def place(
    case: CaseArgument,
    step: StepArgument,
    service: Annotated[list[str], typer.Option(help="Service; repeat for several.")],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Place an appeal in triage with services.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case place VHD-21-0000042-7 t1.triage --service employment
    """
    execute(case, staff.place(step, service), home, as_json, key=command_id)


def reassign(
    case: CaseArgument,
    step: StepArgument,
    agency: Annotated[str, typer.Argument(help="Agency that is to do the step.")],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Reassign a step to another agency. The assignment of the first agency is recalled.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case reassign VHD-21-0000042-7 t1.examine mlspp
    """
    execute(case, staff.reassign(step, agency), home, as_json, key=command_id)


def redispatch(
    case: CaseArgument,
    step: StepArgument,
    reason: ReasonOption,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Send a step to its agency again, as its next assignment. Its clocks run on.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case redispatch VHD-21-0000042-7 t1.examine --reason lost_by_agency
    """
    execute(case, staff.redispatch(step, reason), home, as_json, key=command_id)


def report(
    case: CaseArgument,
    step: StepArgument,
    status: Annotated[CentreStatus, typer.Argument(help="Status of the step.")],
    reason: Annotated[str | None, typer.Option(help="Reason code, for example not_competent.")] = None,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Report the status of a step that the centre itself does. The answer quotes the note.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case report VHD-21-0000042-7 t1.triage refused --reason not_competent
    """
    execute(case, staff.report(step, status, reason), home, as_json, key=command_id, note=note)


def suspend(
    case: CaseArgument,
    step: StepArgument,
    charged_to: Annotated[ChargedTo, typer.Option(help="Whom to charge the days to.")],
    reason: ReasonOption,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Suspend the service norm of a step. The statutory term runs on.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case suspend VHD-21-0000042-7 t1.examine --charged-to force_majeure --reason flood
    """
    execute(case, staff.suspend(step, charged_to, reason), home, as_json, key=command_id)


def resume(
    case: CaseArgument,
    step: StepArgument,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Resume the service norm of a step. Its deadline moves by exactly the working time lost.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case resume VHD-21-0000042-7 t1.examine
    """
    execute(case, staff.resume(step), home, as_json, key=command_id)


def extend(
    case: CaseArgument,
    days: Annotated[int, typer.Option(help="Working days to add.", min=1, max=1000)],
    reason: ReasonOption,
    appeal: Annotated[
        str | None,
        typer.Option(help="Tracking number of the appeal, or track of a review; by default the first due."),
    ] = None,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Extend the statutory term of an appeal, once and before it has ended. The applicant is notified.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case extend VHD-21-0000042-7 --days 10 --reason documents_missing
    """
    execute(case, staff.extend(days, reason, appeal), home, as_json, key=command_id, note=note)


def close(
    case: CaseArgument,
    track: TrackArgument,
    outcome: Annotated[Outcome, typer.Argument(help="Outcome of the answer.")],
    reason: ReasonOption,
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Answer a track from the centre. Its open assignments are recalled. The answer quotes the note.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case close VHD-21-0000042-7 t1 refused --reason already_provided
    """
    execute(case, staff.close(track, outcome, reason), home, as_json, key=command_id, note=note)


def reopen(
    case: CaseArgument,
    track: TrackArgument,
    reason: ReasonOption,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Reopen an answered track, at its last steps.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case reopen VHD-21-0000042-7 t1 --reason new_facts
    """
    execute(case, staff.reopen(track, reason), home, as_json, key=command_id)


def annotate(
    case: CaseArgument,
    note: RequiredNote,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Add a note to the case. No one is notified, and no clock changes.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case annotate VHD-21-0000042-7 --note - < note.txt
    """
    execute(case, staff.annotate(), home, as_json, key=command_id, note=note)


def migrate(
    case: CaseArgument,
    track: TrackArgument,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Move a track to the present version of its passport. Steps that have begun end as they began.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case migrate VHD-21-0000042-7 t1
    """
    execute(case, staff.migrate(track), home, as_json, key=command_id)


def settle(
    case: CaseArgument,
    task: TaskArgument,
    decision: Annotated[Literal["confirm", "dismiss"], typer.Argument(help="Decision.")],
    note: NoteOption = None,
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Confirm or dismiss a task of the centre. `vahid case show` explains either decision.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case settle VHD-21-0000042-7 correction/t1.examine/1 confirm
    """
    execute(case, staff.settle(task, decision), home, as_json, key=command_id, note=note)


def join(
    case: CaseArgument,
    into: Annotated[
        str, typer.Argument(metavar="INTO", help="Case that takes over: its id, or a tracking number.")
    ],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Move all open tracks of a case to another open case of the same person, which answers them.

    No clock restarts. The first case ends, without an answer of its own where it had given none.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case join VHD-21-0000043-5 VHD-21-0000042-7
    """
    execute(case, staff.join(), home, as_json, key=command_id, other=into)


def split(
    case: CaseArgument,
    tracks: Annotated[
        list[str], typer.Argument(metavar="TRACK...", help="Tracks, as `vahid case show` lists them.")
    ],
    command_id: KeyOption = None,
    home: HomeOption = DEFAULT,
    as_json: JsonOption = False,
) -> None:
    """Move open tracks to a case of their own, which answers them. No clock restarts.

    Exit status: 0 accepted, 1 refused, 2 no outcome is known.

    Example: vahid case split VHD-21-0000042-7 t2 t3
    """
    execute(case, staff.split(tracks), home, as_json, key=command_id)
