"""A clock as it is recorded: a budget in working time, with its `due_at` and its reason."""

from typing import Literal

from schemas.frozen import Code, Frozen, Instant, Whole

ClockKind = Literal["acknowledgement", "service_norm", "statutory_term", "forwarding", "information"]
"""`information` is the applicant's own time to give what an agency asked for."""

ChargedTo = Literal["applicant", "agency", "centre", "force_majeure"]
"""To whom the days of a suspension are charged."""


class LevelReading(Frozen):
    """A level of the escalation policy: the instant `at` at which the roles in `told` are notified."""

    code: Code
    at: Instant
    told: tuple[str, ...]
    escalation: bool


class Suspension(Frozen):
    """A time in which a clock stood still, from `since` until `until` (None: it still does), and why."""

    id: str
    since: Instant
    until: Instant | None = None
    charged_to: ChargedTo
    reason: Code


class ClockReading(Frozen):
    """A clock as it is read now: started at `started_at`, due at the end of its last working day.

    The budget is `working_days` and, where the term was extended, `extension_days` on top (with their own
    basis). `due_at` has moved by exactly the working time lost in `suspensions`; while one of them has no
    end, the clock stands still and has no deadline.
    """

    kind: ClockKind
    started_at: Instant
    working_days: Whole
    due_at: Instant
    legal_basis: str
    calendar: str
    levels: tuple[LevelReading, ...] = ()
    extension_days: Whole = 0
    extension_basis: str | None = None
    suspensions: tuple[Suspension, ...] = ()

    @property
    def suspended(self) -> bool:
        """Whether the clock stands still."""
        return any(suspension.until is None for suspension in self.suspensions)
