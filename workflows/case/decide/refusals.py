"""How a command is refused: recorded, with a stable code and what would be allowed. Pure."""

from schemas.case_events import CommandRefused
from workflows.case.decide.decision import Turn


def refuse(turn: Turn, code: str, allowed: str) -> None:
    """Record that the turn's command was not allowed; `allowed` is a sentence for the person who gave it."""
    kind = getattr(turn.command, "kind", "command")
    turn.happens(CommandRefused(command=kind, code=code, allowed=allowed))
