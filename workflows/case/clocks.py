"""The clocks of a case: how they start, and which levels of the escalation policy are due. Pure."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from catalogue.terms import CENTRE
from schemas.clocks import ClockKind, ClockReading, LevelReading, Suspension
from schemas.deadline_events import CASE_SUBJECT, DeadlineEscalated, DeadlineReminded
from schemas.frozen import AgencyId, CaseId
from schemas.passports import PassportStep
from workflows.case.rules import Rules
from workflows.case.state import CaseState, StepState, TermState

LAPSE = "information_lapse"
"""The one level of the applicant's time to give information."""

_RUNS_WHILE = {"acknowledgement": "dispatched", "information": "information_requested"}
"""Clocks that run in one state of their step only."""


@dataclass(frozen=True)
class Deadline:
    """A level of the escalation policy not reached yet; `id` is unique within its subject.

    `agencies` are those whose people are notified; `term` names the statutory term, where several run.
    """

    subject: str
    id: str
    clock: ClockReading
    level: LevelReading
    agencies: tuple[AgencyId, ...]
    term: str | None = None

    def event(self) -> DeadlineReminded | DeadlineEscalated:
        """The event that the level is reached."""
        kind = DeadlineEscalated if self.level.escalation else DeadlineReminded
        return kind(
            subject=self.subject,
            deadline=self.id,
            level=self.level.code,
            told=self.level.told,
            due_at=self.clock.due_at,
            agencies=self.agencies,
            term=self.term,
            **({"delay": True} if self._is_delay() else {}),
        )

    def _is_delay(self) -> bool:
        """Whether a statutory term has just passed: the first of its levels at the deadline or after it."""
        escalations = [level for level in self.clock.levels if level.escalation]
        return self.clock.kind == "statutory_term" and escalations[:1] == [self.level]


def read_clock(
    kind: ClockKind,
    started_at: datetime,
    working_days: int,
    legal_basis: str,
    rules: Rules,
    *,
    extension: tuple[int, str] | None = None,
    suspensions: tuple[Suspension, ...] = (),
    promised: timedelta = timedelta(0),
) -> ClockReading:
    """The reading of a clock that runs from `started_at`, computed anew from all that is known of it.

    A level at a fraction below 1 stands where that part of the clock's working time is used up, one past the
    deadline that many working days after it. All move by the working time lost in suspensions that have
    ended and that began before them. `promised` is working time on top of the budget.
    """
    calendar = rules.calendar
    extension_days, extension_basis = extension or (0, None)
    planned = calendar.due_at(started_at, working_days + extension_days)
    planned = calendar.add_working_time(planned, promised)
    lost = _lost_in(suspensions)
    budget = calendar.working_time(started_at, planned)
    levels = []
    for level in rules.escalation_policy:
        if level.fraction < 1:
            at = calendar.shift(
                calendar.add_working_time(started_at, budget * level.fraction), lost, started_at
            )
        else:
            at = calendar.shift(planned, lost, started_at)
            at = calendar.due_at(at, level.working_days_after) if level.working_days_after else at
        levels.append(LevelReading(code=level.code, at=at, told=level.told, escalation=level.fraction >= 1))
    return ClockReading(
        kind=kind,
        started_at=started_at,
        working_days=working_days,
        due_at=calendar.shift(planned, lost, started_at),
        legal_basis=legal_basis,
        calendar=f"{calendar.code}@{calendar.version}",
        levels=_levels_of(kind, tuple(levels), rules),
        extension_days=extension_days,
        extension_basis=extension_basis,
        suspensions=suspensions,
    )


def read_again(
    clock: ClockReading, rules: Rules, *, term: tuple[int, str] | None = None, **changed: Any
) -> ClockReading:
    """The clock's reading with `extension` or `suspensions` changed. It never restarts.

    `term` is another budget in working days, with its basis. Where the calendar was revised since, what it
    would take off the deadline as it stands is kept: who was promised that deadline has it (`revised` is for
    the revision itself).
    """
    return _read_again(clock, rules, promised=_promised(clock, rules), term=term, **changed)


def revised(clock: ClockReading, rules: Rules) -> ClockReading:
    """The clock's reading by a revised calendar, which may move its deadline either way."""
    return _read_again(clock, rules)


def _read_again(
    clock: ClockReading, rules: Rules, *, term: tuple[int, str] | None = None, **changed: Any
) -> ClockReading:
    basis = clock.extension_basis
    extension = (clock.extension_days, basis) if basis is not None else None
    working_days, legal_basis = term or (clock.working_days, clock.legal_basis)
    return read_clock(
        clock.kind,
        clock.started_at,
        working_days,
        legal_basis,
        rules,
        **{"extension": extension, "suspensions": clock.suspensions, **changed},
    )


def _promised(clock: ClockReading, rules: Rules) -> timedelta:
    """The working time that the clock, were it read by these rules alone, would lose of its deadline."""
    calendar = rules.calendar
    planned = calendar.due_at(clock.started_at, clock.working_days + clock.extension_days)
    due_at = calendar.shift(planned, _lost_in(clock.suspensions), clock.started_at)
    return calendar.working_time(due_at, clock.due_at)


def _lost_in(suspensions: Iterable[Suspension]) -> list[tuple[datetime, datetime]]:
    """The suspensions that have ended."""
    return [(pause.since, pause.until) for pause in suspensions if pause.until is not None]


def _levels_of(kind: ClockKind, levels: tuple[LevelReading, ...], rules: Rules) -> tuple[LevelReading, ...]:
    """A late acknowledgement has one level, at the deadline; the applicant's own time just ends."""
    if kind not in ("acknowledgement", "information"):
        return levels
    at_deadline = {
        level.code
        for level in rules.escalation_policy
        if level.fraction >= 1 and not level.working_days_after
    }
    kept = tuple(level for level in levels if level.code in at_deadline)
    if kind == "acknowledgement":
        return kept
    return tuple(
        level.model_copy(update={"code": LAPSE, "told": ("applicant",), "escalation": False})
        for level in kept[:1]
    )


def statutory_term(started_at: datetime, working_days: int, legal_basis: str, rules: Rules) -> ClockReading:
    """The law's time for an appeal (Law on citizens' appeals, Article 10.1)."""
    return read_clock("statutory_term", started_at, working_days, legal_basis, rules)


def step_clocks(
    step: PassportStep | None, at_centre: bool, started_at: datetime, rules: Rules
) -> tuple[ClockReading, ...]:
    """The clocks of a step that is dispatched at `started_at`.

    The centre has the forwarding term to find the agency (Article 7.10); an agency has its passport's
    times, as the centre has for what is its own to do: a review for the Commission.
    """
    if step is None or (at_centre and step.agency != CENTRE):
        terms = rules.terms
        return (read_clock("forwarding", started_at, terms.forwarding, terms.forwarding_basis, rules),)
    basis = f"passport step {step.code}"
    return (
        read_clock("acknowledgement", started_at, step.acknowledge_within, basis, rules),
        read_clock("service_norm", started_at, step.resolve_within, basis, rules),
    )


def information_term(started_at: datetime, rules: Rules) -> ClockReading:
    """The applicant's time to give what an agency requested."""
    days = rules.terms.information
    return read_clock("information", started_at, days, "terms of the single window: information", rules)


def norm_of(step: StepState) -> ClockReading | None:
    """The service norm of a step that was sent to an agency."""
    return next((clock for clock in step.clocks if clock.kind == "service_norm"), None)


def kept_clocks(step: StepState) -> tuple[ClockReading, ...]:
    """The clocks that run on when a step is sent to its agency anew.

    The applicant's time ends with the assignment for which they were asked; an agency that has acknowledged
    one need not acknowledge the next.
    """
    over = {"information"} if step.last_order is None else {"information", "acknowledgement"}
    return tuple(clock for clock in step.clocks if clock.kind not in over)


def due_of(step: StepState) -> datetime | None:
    """When the step itself is due: its service norm, or the centre's forwarding term."""
    clock = own_clock(step.clocks)
    return clock.due_at if clock is not None else None


def own_clock(clocks: Iterable[ClockReading]) -> ClockReading | None:
    """Of the clocks of a step: the one that says when the step itself is due."""
    return next((clock for clock in clocks if clock.kind in ("service_norm", "forwarding")), None)


def deadlines(state: CaseState) -> Iterator[Deadline]:
    """All levels that are still to be reached, of open steps and of the open case."""
    for clock in running_clocks(state):
        yield from (deadline for deadline in clock.deadlines() if deadline.id not in clock.reached)


@dataclass(frozen=True)
class RunningClock:
    """A clock that runs, of a step or of the case; `run` begins the ids of its levels.

    `key` is that of its term, None for a clock of a step; `name` is how events name the term.
    """

    subject: str
    run: str
    reading: ClockReading
    reached: tuple[str, ...]
    agencies: tuple[AgencyId, ...]
    key: str | None = None
    name: str | None = None

    def deadlines(self) -> Iterator[Deadline]:
        """All its levels, reached or not."""
        reading = self.reading
        started = f"@{reading.started_at.isoformat()}" if reading.kind == "information" else ""
        for level in reading.levels:
            identity = f"{self.run}/{reading.kind}/{level.code}{started}"
            yield Deadline(self.subject, identity, reading, level, self.agencies, self.name)


def running_clocks(state: CaseState) -> Iterator[RunningClock]:
    """The clocks that run now; a suspended one does not."""
    if state.status != "open":
        return
    for term in state.running_terms:
        name = None if len(state.terms) == 1 else term.key
        leading = _leading(state, term)
        yield RunningClock(CASE_SUBJECT, term.run, term.clock, state.reached, leading, term.key, name)
    for step in state.steps:
        if step.running:
            yield from _running_clocks_of(step)


def _running_clocks_of(step: StepState) -> Iterator[RunningClock]:
    run = f"{step.clock_run or step.attempt}"
    for clock in step.clocks:
        if _RUNS_WHILE.get(clock.kind, step.status) == step.status and not clock.suspended:
            yield RunningClock(step.key, run, clock, step.reached, (step.agency_id,))


@dataclass(frozen=True)
class Timer:
    """The case's one timer: it fires at `fires_at` for the level that is due at `due_at`."""

    due_at: datetime
    fires_at: datetime


def next_timer(state: CaseState, spread: timedelta) -> Timer | None:
    """The timer of the earliest deadline; None where nothing is due.

    Deadlines are ends of working days: the timer of each case fires somewhat later, within `spread`, so that
    the thousands that are due in one minute do not all wake in it. Only the applicant's time ends on the
    instant: what comes after it comes too late.
    """
    later = spread * _share(state.case_id)
    timers = (_timer(deadline, later) for deadline in deadlines(state))
    return min(timers, key=lambda timer: (timer.fires_at, timer.due_at), default=None)


def _timer(deadline: Deadline, later: timedelta) -> Timer:
    at = deadline.level.at
    return Timer(due_at=at, fires_at=at if deadline.clock.kind == "information" else at + later)


def _share(case_id: CaseId) -> float:
    """Between 0 and 1, even over all cases, and the same for a case at any time."""
    return uuid.UUID(case_id).int % 1_000 / 1_000


def _leading(state: CaseState, term: TermState) -> tuple[AgencyId, ...]:
    """The agencies that lead what must still be answered within the term."""
    asked = (
        track for track in state.tracks if not track.closed and track.key in (term.tracks or (track.key,))
    )
    return tuple(sorted({track.lead_agency for track in asked}))
