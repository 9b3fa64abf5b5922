"""What the centre's staff and the Commission command."""

from typing import Literal

from pydantic import Field

from schemas.case_events import Outcome
from schemas.clocks import ChargedTo
from schemas.frozen import AgencyId, Code, Sealed
from workflows.case.command import Command, Placement


class PlaceAppeal(Command):
    """The centre places the appeal of triage step `step`."""

    kind: Literal["place_appeal"] = "place_appeal"
    step: str
    placements: tuple[Placement, ...] = Field(min_length=1)


class ReassignStep(Command):
    """The centre gives a step to another agency."""

    kind: Literal["reassign_step"] = "reassign_step"
    step: str
    agency_id: AgencyId


class RedispatchStep(Command):
    """The centre has a step sent to its agency anew."""

    kind: Literal["redispatch_step"] = "redispatch_step"
    step: str
    reason: Code


class SuspendClock(Command):
    """The service norm of a step stands still from now on."""

    kind: Literal["suspend_clock"] = "suspend_clock"
    step: str
    charged_to: ChargedTo
    reason: Code


class ResumeClock(Command):
    """The service norm of a step runs again."""

    kind: Literal["resume_clock"] = "resume_clock"
    step: str


class ExtendTerm(Command):
    """The statutory term is extended by `days` working days, for a reason that the applicant is told."""

    kind: Literal["extend_term"] = "extend_term"
    days: int = Field(ge=1)
    reason: Code
    sealed_note: Sealed | None = None


class CloseTrack(Command):
    """The centre answers a track itself; what its agencies still do is recalled."""

    kind: Literal["close_track"] = "close_track"
    track: str
    outcome: Outcome
    reason: Code
    sealed_note: Sealed | None = None


class ReopenTrack(Command):
    """An answered track is worked on again, by its last steps."""

    kind: Literal["reopen_track"] = "reopen_track"
    track: str
    reason: Code


class AnnotateCase(Command):
    """A remark for the file."""

    kind: Literal["annotate_case"] = "annotate_case"
    sealed_note: Sealed


class MigrateTrack(Command):
    """A track follows another version of its passport from now on."""

    kind: Literal["migrate_track"] = "migrate_track"
    track: str
    placement: Placement


class SettleTask(Command):
    """A person decides a task of the centre.

    `confirm`: the end was mistaken and is undone (a correction, two contradictory ends), the appeal is left
    unconsidered (a repeat), the agency was told (a message); `dismiss`: nothing changes. Who settles a task
    before the Commission decides its agenda item instead.
    """

    kind: Literal["settle_task"] = "settle_task"
    task: str
    decision: Literal["confirm", "dismiss"]
    sealed_note: Sealed | None = None


class DecideAgendaItem(Command):
    """The Commission decides an item of its agenda; `instruction` names what an agency must do, and by when."""

    kind: Literal["decide_agenda_item"] = "decide_agenda_item"
    task: str
    instruction: Placement | None = None
    sealed_note: Sealed | None = None
