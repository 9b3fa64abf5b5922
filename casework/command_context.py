"""What a person says to a case, on its way to a command. Plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from catalogue.model import Catalogue
from schemas.actors import Actor
from workflows.case.commands import AnyCommand, Command
from workflows.case.state import CaseState

C = TypeVar("C", bound=Command)


@dataclass(frozen=True)
class CommandContext:
    """Who speaks, when (business time), to which case, by which catalogue. The note is sealed already.

    `key` makes the command's id: what is said again under the same key is the same command, and gets the
    outcome that it had. `other` is the other case that is spoken of, where one is.
    """

    key: str
    actor: Actor
    at: datetime
    case: CaseState
    catalogue: Catalogue
    note: str | None = None
    other: CaseState | None = None

    def as_command(self, kind: type[C], **parts: Any) -> C:
        """The command of that kind with these parts.

        Raises:
            pydantic.ValidationError: a part is not what the command takes.
        """
        return kind(id=self.command_id(kind), actor=self.actor, received_at=self.at, **parts)

    def command_id(self, kind: type[Command]) -> str:
        """The id that a command of that kind has."""
        return f"desk/{kind.model_fields['kind'].default}/{self.key}"

    @property
    def district(self) -> str | None:
        """The applicant's district, as far as an appeal of the case says it."""
        return next((appeal.district for appeal in self.case.appeals if appeal.district), None)


CommandBuilder = Callable[[CommandContext], AnyCommand]
"""Makes a command of what is said. Pure; raises `PermanentError` where it names what is not there."""
