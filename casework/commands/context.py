"""From what a person wants to a command: the context that a builder gets. Plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from casework.errors import unknown_step, unknown_track
from catalogue.model import Catalogue
from catalogue.routing import AssignedPassport
from schemas.actors import Actor
from schemas.appeals import AppealReceived
from workflows.case.commands import AnyCommand, Command, Placement
from workflows.case.state import CaseState, StepState, TrackState

C = TypeVar("C", bound=Command)


@dataclass(frozen=True)
class CommandContext:
    """Who commands which case at which business time, by which catalogue. The `note` is sealed already.

    `key` makes the command's id: the same command under the same key is executed once, and has one outcome.
    `other` is the second case of a command about two; `appeals` are those of the case, with their contents.
    """

    key: str
    actor: Actor
    at: datetime
    case: CaseState
    catalogue: Catalogue
    note: str | None = None
    other: CaseState | None = None
    appeals: tuple[AppealReceived, ...] = ()

    def as_command(self, kind: type[C], **fields: Any) -> C:
        """The command of that kind with these fields.

        Raises:
            pydantic.ValidationError: a field is missing or not valid.
        """
        return kind(id=self.command_id(kind), actor=self.actor, received_at=self.at, **fields)

    def command_id(self, kind: type[Command]) -> str:
        """The id of the command of that kind."""
        return f"casework/{kind.model_fields['kind'].default}/{self.key}"

    def step(self, key: str) -> StepState:
        """The step of that key.

        Raises:
            PermanentError: `step_unknown`.
        """
        step = self.case.step(key)
        if step is None:
            raise unknown_step(key, (known.key for known in self.case.steps))
        return step

    def track(self, key: str) -> TrackState:
        """The track of that key.

        Raises:
            PermanentError: `track_unknown`.
        """
        track = self.case.track(key)
        if track is None:
            raise unknown_track(key, (known.key for known in self.case.tracks))
        return track

    @property
    def district(self) -> str | None:
        """The applicant's district; None where no appeal of the case names it."""
        return next((appeal.district for appeal in self.case.appeals if appeal.district), None)


CommandBuilder = Callable[[CommandContext], AnyCommand]
"""Builds a command. Pure; raises `PermanentError` for a name that the case or the catalogue does not have."""


def placement(found: AssignedPassport) -> Placement:
    """What the catalogue found, as a command carries it."""
    return Placement(passport=found.passport, agencies=found.agencies)
