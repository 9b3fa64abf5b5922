"""What happens to deadlines: bodies of the events of `schemas.case_events`."""

from typing import Literal

from schemas.frozen import Code, Frozen, Instant


class DeadlineReminded(Frozen):
    """A deadline nears: a rung of the ladder before it, with who was told."""

    type: Literal["az.vahid.deadline.reminded.v1"] = "az.vahid.deadline.reminded.v1"
    subject: str
    clock: str
    rung: Code
    told: tuple[str, ...]
    due_at: Instant


class DeadlineEscalated(Frozen):
    """A deadline passed: the next rung of the ladder, with who was told."""

    type: Literal["az.vahid.deadline.escalated.v1"] = "az.vahid.deadline.escalated.v1"
    subject: str
    clock: str
    rung: Code
    told: tuple[str, ...]
    due_at: Instant
