"""A clock as it is recorded: a budget in working time, with its `due_at` and its reason."""

from typing import Literal

from schemas.frozen import Code, Frozen, Instant

ClockKind = Literal["acknowledgement", "service_norm", "statutory_term", "forwarding"]


class Rung(Frozen):
    """One instant of the ladder: at `at`, the roles in `told` hear of it."""

    code: Code
    at: Instant
    told: tuple[str, ...]
    escalation: bool


class ClockReading(Frozen):
    """A running clock: started at `started_at`, due at the end of the `working_days`th working day."""

    kind: ClockKind
    started_at: Instant
    working_days: int
    due_at: Instant
    legal_basis: str
    calendar: str
    rungs: tuple[Rung, ...] = ()
