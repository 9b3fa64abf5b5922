"""The commands of the Commission. Pure."""

from dataclasses import dataclass

from casework.commands.context import CommandBuilder, CommandContext, placement
from catalogue.extra_steps import instruction
from catalogue.routing import AssignedPassport
from kit.errors import PermanentError
from schemas.frozen import AgencyId, Code
from workflows.case.commands import DecideAgendaItem
from workflows.case.rules import TRIAGE
from workflows.case.state import CaseState, TrackState


@dataclass(frozen=True)
class Instruction:
    """An order to an agency: due in `within` working days, about `service` (by default the item's own)."""

    agency_id: AgencyId
    within: int
    service: Code | None = None


def decide(task: str, order: Instruction | None = None) -> CommandBuilder:
    """Decide an item of the agenda: note it, or instruct an agency. The note records the decision.

    The builder raises:
        PermanentError: `unknown_agency`, `unknown_service`, or `instruction.no_service`.
    """

    def build(context: CommandContext) -> DecideAgendaItem:
        step = None if order is None else placement(_step_of(context, task, order))
        return context.as_command(DecideAgendaItem, task=task, instruction=step, sealed_note=context.note)

    return build


def tracks_of(case: CaseState, task: str) -> tuple[TrackState, ...]:
    """The tracks that an item of the agenda is about: that of its step, else all tracks with a service."""
    item = case.task(task)
    step = case.step(item.subject) if item is not None else None
    tracks = case.tracks if step is None else tuple(t for t in case.tracks if t.key == step.track)
    return tuple(track for track in tracks if track.service != TRIAGE)


def _step_of(context: CommandContext, task: str, order: Instruction) -> AssignedPassport:
    tracks = tracks_of(context.case, task)
    passports = tuple(track.passport for track in tracks if track.passport is not None)
    if order.service is not None:
        passports = (context.catalogue.passport(order.service),)
    service = order.service or next((track.service for track in tracks), None)
    if service is None:
        raise PermanentError(
            "instruction.no_service",
            f"The case has no service yet that {task!r} could be about.",
            remedy="Name the service that the instruction is about.",
        )
    return instruction(context.catalogue, service, passports, order.agency_id, order.within)
