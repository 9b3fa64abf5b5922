"""The clocks of a case: how they start, and which rungs of the ladder are due. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from schemas.case_events import DeadlineEscalated, DeadlineReminded
from schemas.clocks import ClockKind, ClockReading, Rung
from schemas.passports import PassportStep
from workflows.case.rules import Rules
from workflows.case.state import CaseState, StepState

CASE = "case"
"""The subject of the statutory term."""


@dataclass(frozen=True)
class Deadline:
    """A rung of the ladder not climbed yet: `id` is stable within the subject's attempt."""

    subject: str
    id: str
    clock: ClockReading
    rung: Rung

    def event(self) -> DeadlineReminded | DeadlineEscalated:
        """What happened when the clock struck it."""
        kind = DeadlineEscalated if self.rung.escalation else DeadlineReminded
        return kind(
            subject=self.subject,
            clock=self.id,
            rung=self.rung.code,
            told=self.rung.told,
            due_at=self.clock.due_at,
        )


def start_clock(
    kind: ClockKind, started_at: datetime, working_days: int, legal_basis: str, rules: Rules
) -> ClockReading:
    """A clock that runs from `started_at`, with the instants of its ladder.

    A rung at a fraction below 1 stands where that part of the clock's working time is used up.
    """
    calendar = rules.calendar
    due_at = calendar.due_at(started_at, working_days)
    budget = calendar.working_time(started_at, due_at)
    rungs = []
    for rung in rules.ladder:
        at_deadline = rung.fraction >= 1
        at = due_at if at_deadline else calendar.add_working_time(started_at, budget * rung.fraction)
        rungs.append(Rung(code=rung.code, at=at, told=rung.told, escalation=at_deadline))
    return ClockReading(
        kind=kind,
        started_at=started_at,
        working_days=working_days,
        due_at=due_at,
        legal_basis=legal_basis,
        calendar=f"{calendar.code}@{calendar.version}",
        rungs=tuple(rungs),
    )


def statutory_term(started_at: datetime, working_days: int, legal_basis: str, rules: Rules) -> ClockReading:
    """The law's time for the case (Law on citizens' appeals, Article 10.1)."""
    return start_clock("statutory_term", started_at, working_days, legal_basis, rules)


def step_clocks(
    step: PassportStep | None, at_centre: bool, started_at: datetime, rules: Rules
) -> tuple[ClockReading, ...]:
    """The clocks of a step that is dispatched at `started_at`.

    The centre has the forwarding term to find the body (Article 7.10); a body has its passport's times.
    """
    if step is None or at_centre:
        terms = rules.terms
        return (start_clock("forwarding", started_at, terms.forwarding, terms.forwarding_basis, rules),)
    norm = start_clock("service_norm", started_at, step.resolve_within, f"passport step {step.code}", rules)
    acknowledgement = start_clock(
        "acknowledgement", started_at, step.acknowledge_within, f"passport step {step.code}", rules
    )
    at_deadline = tuple(rung for rung in acknowledgement.rungs if rung.escalation)
    return acknowledgement.model_copy(update={"rungs": at_deadline}), norm


def due_of(step: StepState) -> datetime | None:
    """When the step itself is due: its service norm, or the centre's forwarding term."""
    return next((clock.due_at for clock in step.clocks if clock.kind != "acknowledgement"), None)


def deadlines(state: CaseState) -> Iterator[Deadline]:
    """All rungs that are still to be climbed, of open steps and of the open case."""
    if state.status != "open":
        return
    if state.clock is not None:
        yield from _unfired(CASE, f"{state.opening}", state.clock, state.fired)
    for step in state.steps:
        if step.ended or step.status == "waiting":
            continue
        for clock in step.clocks:
            if clock.kind == "acknowledgement" and step.status != "dispatched":
                continue
            yield from _unfired(step.key, f"{step.attempt}", clock, step.fired)


def earliest(state: CaseState) -> datetime | None:
    """The instant for which the case's one timer is set."""
    return min((deadline.rung.at for deadline in deadlines(state)), default=None)


def _unfired(subject: str, run: str, clock: ClockReading, fired: tuple[str, ...]) -> Iterator[Deadline]:
    for rung in clock.rungs:
        identity = f"{run}/{clock.kind}/{rung.code}"
        if identity not in fired:
            yield Deadline(subject, identity, clock, rung)
