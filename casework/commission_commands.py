"""What the Commission says to a case, as commands. Pure."""

from dataclasses import dataclass

from casework.command_context import CommandBuilder, CommandContext
from casework.staff_commands import placement
from catalogue.extra_steps import instruction
from catalogue.routing import Placed
from kit.errors import PermanentError
from schemas.frozen import AgencyId, Code
from workflows.case.commands import DecideAgendaItem
from workflows.case.rules import TRIAGE
from workflows.case.state import CaseState, TrackState


@dataclass(frozen=True)
class Instruction:
    """What an agency is told to do: within so many working days, about `service` (else that of the item)."""

    body: AgencyId
    within: int
    service: Code | None = None


def decide(task: str, told: Instruction | None = None) -> CommandBuilder:
    """Decide an item of the agenda: note it, or tell an agency what to do. The note says what was decided.

    Raises, when said:
        PermanentError: `unknown_agency`, `unknown_service`, or `instruction.no_service`: nothing says which.
    """

    def build(context: CommandContext) -> DecideAgendaItem:
        step = None if told is None else placement(_instruction(context, task, told))
        return context.as_command(DecideAgendaItem, task=task, instruction=step, sealed_note=context.note)

    return build


def concerned(case: CaseState, task: str) -> tuple[TrackState, ...]:
    """The tracks that an item of the agenda is about: that of its step; all services where it has none."""
    item = case.task(task)
    step = case.step(item.subject) if item is not None else None
    tracks = case.tracks if step is None else tuple(t for t in case.tracks if t.key == step.track)
    return tuple(track for track in tracks if track.service != TRIAGE)


def _instruction(context: CommandContext, task: str, told: Instruction) -> Placed:
    tracks = concerned(context.case, task)
    passports = tuple(track.passport for track in tracks if track.passport is not None)
    if told.service is not None:
        passports = (context.catalogue.passport(told.service),)
    service = told.service or next((track.service for track in tracks), None)
    if service is None:
        raise PermanentError(
            "instruction.no_service",
            f"No service is given yet that {task!r} could be about.",
            remedy="Name the service that the instruction is about.",
        )
    return instruction(context.catalogue, service, passports, told.body, told.within)
