"""What happens to deadlines: payloads of the events of `schemas.case_events`."""

from typing import Literal

from schemas.clocks import ClockReading, Suspension
from schemas.frozen import AgencyId, Code, Frozen, Instant, Sealed

CASE_SUBJECT = "case"
"""The subject of what happens to a statutory term; any other subject is the key of a step.

Which one, `term` says: the id of the appeal, or the key of the track (a review, an instruction) that has it.
Absent, it is the only one that runs.
"""


class DeadlineReminded(Frozen):
    """A deadline nears: a level of the escalation policy before it was reached; `told` are notified.

    `deadline` is the id of the level within its subject. `agencies` are those whose people `told` names by
    role: that of the step, or those that lead the open tracks of the case.
    """

    type: Literal["az.vahid.deadline.reminded.v1"] = "az.vahid.deadline.reminded.v1"
    subject: str
    deadline: str
    level: Code
    told: tuple[str, ...]
    due_at: Instant
    agencies: tuple[AgencyId, ...] = ()
    term: str | None = None


class DeadlineEscalated(Frozen):
    """A deadline passed: a level of the escalation policy was reached, with fields as for a reminder.

    With `delay` a statutory term has just passed without an answer: its applicants are notified.
    """

    type: Literal["az.vahid.deadline.escalated.v1"] = "az.vahid.deadline.escalated.v1"
    subject: str
    deadline: str
    level: Code
    told: tuple[str, ...]
    due_at: Instant
    agencies: tuple[AgencyId, ...] = ()
    term: str | None = None
    delay: bool | None = None


class EscalationWithdrawn(Frozen):
    """An escalation was false: what it missed had been received in time, or the deadline had moved before.

    The fields are those of the escalation; `told` are notified that it is withdrawn.
    """

    type: Literal["az.vahid.deadline.escalation_withdrawn.v1"] = "az.vahid.deadline.escalation_withdrawn.v1"
    subject: str
    deadline: str
    level: Code
    told: tuple[str, ...]
    due_at: Instant
    agencies: tuple[AgencyId, ...] = ()
    term: str | None = None


class ClockSuspended(Frozen):
    """A service norm was suspended; `clock` is its new reading, `subject` the step."""

    type: Literal["az.vahid.clock.suspended.v1"] = "az.vahid.clock.suspended.v1"
    subject: str
    suspension: Suspension
    clock: ClockReading


class ClockResumed(Frozen):
    """A suspension has ended; `clock` is due later by exactly the working time lost to it."""

    type: Literal["az.vahid.clock.resumed.v1"] = "az.vahid.clock.resumed.v1"
    subject: str
    suspension: Suspension
    clock: ClockReading


class TermExtended(Frozen):
    """The statutory term was extended, with a reason; the applicant is notified (Article 10.2)."""

    type: Literal["az.vahid.term.extended.v1"] = "az.vahid.term.extended.v1"
    reason: Code
    clock: ClockReading
    sealed_note: Sealed | None = None
    term: str | None = None


class TermEnded(Frozen):
    """All that an appeal, an objection or an instruction asks for is answered, while the case goes on.

    `in_time` says whether within its own term; absent, its tracks went to another case, and the term too.
    """

    type: Literal["az.vahid.term.ended.v1"] = "az.vahid.term.ended.v1"
    term: str
    in_time: bool | None = None


class CalendarRevised(Frozen):
    """The calendar was revised: the clocks whose deadline moved follow, each as `clock.revised`."""

    type: Literal["az.vahid.calendar.revised.v1"] = "az.vahid.calendar.revised.v1"
    calendar: str


class ClockRevised(Frozen):
    """A deadline moved with a revised calendar; `subject` is the step, or `case` for the statutory term.

    The statutory term of an appeal also moves when the staff find its services.
    """

    type: Literal["az.vahid.clock.revised.v1"] = "az.vahid.clock.revised.v1"
    subject: str
    previous_due_at: Instant
    clock: ClockReading
    term: str | None = None


DeadlineEvent = (
    DeadlineReminded
    | DeadlineEscalated
    | CalendarRevised
    | ClockResumed
    | ClockRevised
    | ClockSuspended
    | EscalationWithdrawn
    | TermEnded
    | TermExtended
)
"""What happens to clocks, terms and levels."""
