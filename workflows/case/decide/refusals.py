"""How a command is refused: recorded, with a stable code and what would be allowed. Pure."""

from schemas.case_lifecycle_events import CommandRefused
from workflows.case.decide.decision import Decision


def refuse(decision: Decision, code: str, allowed: str) -> None:
    """Record that the command was not allowed; `allowed` is a sentence for the person who gave it."""
    decision.emit(CommandRefused(command=decision.command.kind, code=code, allowed=allowed))
