"""Which agency had which step for how long, how that ended, and to whom its days are charged. Pure.

An assignment period begins when the step is sent to the agency, and ends when the agency or the centre ends
it. It goes on where a mistaken end is undone, and where the step is sent to the same agency again: its clock
runs on, and is late at most once. Where the ledger says whether an end was in time, that holds. Other ends
are compared with the clock.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import assert_never

from catalogue.calendar import WorkingCalendar
from catalogue.terms import CENTRE
from reporting.reported_events import ClockEvent, PeriodEvent, WorkEvent
from reporting.working_days import working_days
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import AppealPlaced
from schemas.clocks import ClockReading
from schemas.deadline_events import ClockResumed, ClockRevised, ClockSuspended, DeadlineEscalated
from schemas.hand_over_events import TracksTakenOver
from schemas.step_events import (
    InformationLapsed,
    InformationProvided,
    StepAcknowledged,
    StepCancelled,
    StepCorrected,
    StepDispatched,
    StepForwarded,
    StepFulfilled,
    StepInformationRequested,
    StepProgressed,
    StepReassigned,
    StepRedispatched,
    StepRefused,
    StepRestored,
)
from workflows.case.clocks import own_clock
from workflows.case.decide.hand_overs import TRACK_HANDED_OVER

FULFILLED, REFUSED, PLACED = "fulfilled", "refused", "placed"


@dataclass
class Wait:
    """A time in which the agency does not work, and to whom its days are charged; open without `until`."""

    charged_to: str
    since: datetime
    until: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Whether `instant` lies in it; `until` does not."""
        return self.since <= instant and (self.until is None or instant < self.until)


@dataclass(frozen=True)
class End:
    """How and when an assignment period ended, and whether that was too late by its norm.

    `forwarded_late`: it was forwarded later than the law allows (Article 7.10).
    """

    how: str
    at: datetime
    late: bool
    forwarded_late: bool = False


@dataclass
class AssignmentPeriod:
    """The time for which one agency has one step.

    `clock` is the latest reading of its norm. `waits` are the times in which the agency waits for the
    applicant by its own statuses. `counts`: how often it was sent, sent again and escalated.
    """

    agency: str
    began: datetime
    clock: ClockReading | None
    counts: Counter[str] = field(default_factory=Counter)
    waits: list[Wait] = field(default_factory=list)
    end: End | None = None

    def late_at(self, instant: datetime) -> bool:
        """Whether the deadline had passed; a suspended clock has none."""
        clock = self.clock
        return clock is not None and not clock.suspended and instant > clock.due_at

    def charged(self, until: datetime, calendar: WorkingCalendar) -> Counter[str]:
        """The working days up to `until`, by whom they are charged to.

        A suspension says to whom. Of several at once, the first that was ordered counts. A wait for the
        applicant by the agency's statuses counts where there is no suspension.
        """
        waits = [*self._suspensions(), *self.waits]
        bounds = {bound for wait in waits for bound in (wait.since, wait.until) if bound is not None}
        cuts = [self.began, *sorted(bound for bound in bounds if self.began < bound < until), until]
        days: Counter[str] = Counter()
        for start, end in pairwise(cuts):
            days[self._charged_at(start, waits)] += working_days(calendar, start, end)
        return +days

    def _suspensions(self) -> Iterator[Wait]:
        for suspension in self.clock.suspensions if self.clock is not None else ():
            yield Wait(suspension.charged_to, suspension.since, suspension.until)

    def _charged_at(self, instant: datetime, waits: Iterable[Wait]) -> str:
        worker = CENTRE if self.agency == CENTRE else "agency"
        return next((wait.charged_to for wait in waits if wait.covers(instant)), worker)

    def wait_for_applicant(self, at: datetime) -> None:
        """The agency waits for the applicant from `at` on, unless it already does."""
        if not self.waits or self.waits[-1].until is not None:
            self.waits.append(Wait("applicant", at))

    def stop_waiting(self, at: datetime) -> None:
        """The agency no longer waits for the applicant."""
        if self.waits and self.waits[-1].until is None:
            self.waits[-1].until = at

    def finish(self, how: str, at: datetime, late: bool, *, forwarded_late: bool = False) -> None:
        """The agency no longer has the step."""
        self.stop_waiting(at)
        self.end = End(how, at, late, forwarded_late)


def assignment_periods(history: Iterable[RecordedEvent]) -> list[AssignmentPeriod]:
    """All assignment periods of a case, as they stand after `history`; those without an end are open."""
    steps = _Steps()
    for event in history:
        if isinstance(event.payload, PeriodEvent):
            steps.apply(event.payload, event.recorded_at)
    return steps.periods


class _Steps:
    """Of each step, only the latest assignment period can still change, and those that were forwarded."""

    def __init__(self) -> None:
        self.periods: list[AssignmentPeriod] = []
        self._latest: dict[str, AssignmentPeriod] = {}
        self._forwarded: dict[str, list[AssignmentPeriod]] = {}

    def apply(self, payload: PeriodEvent, at: datetime) -> None:
        match payload:
            case StepDispatched():
                self._dispatch(payload, at)
            case StepCorrected(undone="forwarded"):
                self._undo_forward(payload.step, at)
            case StepCorrected():
                self._undo_end(payload.step)
            case TracksTakenOver():
                self._take_over(payload)
            case ClockSuspended() | ClockResumed() | ClockRevised():
                self._read_clock(payload, at)
            case DeadlineEscalated():
                if (period := self._current(payload.subject)) is not None:
                    period.counts["escalations"] += 1
            case _:
                if (period := self._current(payload.step)) is not None:
                    _work(period, payload, at)
                    if isinstance(payload, StepForwarded):
                        self._forwarded.setdefault(payload.step, []).append(period)

    def _current(self, step: str) -> AssignmentPeriod | None:
        latest = self._latest.get(step)
        return latest if latest is not None and latest.end is None else None

    def _dispatch(self, payload: StepDispatched, at: datetime) -> None:
        norm = own_clock(payload.clocks)
        period = self._current(payload.step)
        if period is not None and period.agency != payload.agency_id:  # no ledger has this; no day is lost
            period.finish("reassigned", at, period.late_at(at))
            period = None
        if period is None:
            period = self._latest[payload.step] = AssignmentPeriod(payload.agency_id, at, norm)
            self.periods.append(period)
        period.clock = norm
        period.counts["assignments"] += 1

    def _undo_end(self, step: str) -> None:
        latest = self._latest.get(step)
        if latest is not None and latest.end is not None and latest.end.how in (FULFILLED, REFUSED):
            latest.end = None
            if all(period is not latest for period in self.periods):
                self.periods.append(latest)

    def _undo_forward(self, step: str, at: datetime) -> None:
        """The step goes back to the agency that forwarded it last; who has it now has it no more."""
        period = self._current(step)
        if period is not None:
            period.finish("reassigned", at, period.late_at(at))
        for former in self._forwarded.get(step, [])[-1:]:
            former.end = None
            self._latest[step] = self._forwarded[step].pop()

    def _take_over(self, payload: TracksTakenOver) -> None:
        """What an agency ended in another case is counted there, and here once that end is undone."""
        for step in (step for track in payload.tracks for step in track.steps):
            if step.ended_by is not None:
                at = step.ended_by.received_at
                end = End(step.status, at, late=step.in_time is False)
                self._latest[step.key] = AssignmentPeriod(step.agency_id, at, own_clock(step.clocks), end=end)

    def _read_clock(self, payload: ClockEvent, at: datetime) -> None:
        """Read the clock of an ended period too: its end may yet be undone."""
        latest = self._latest.get(payload.subject)
        if latest is None or latest.clock is None or latest.clock.kind != payload.clock.kind:
            return
        latest.clock = payload.clock
        if isinstance(payload, ClockResumed):  # from here on, only suspensions say who is waited for
            latest.stop_waiting(payload.suspension.until or at)


def _work(period: AssignmentPeriod, payload: WorkEvent, at: datetime) -> None:  # noqa: C901, PLR0912 - flat
    match payload:
        case StepInformationRequested():
            period.wait_for_applicant(payload.status.received_at)
        case StepAcknowledged() | StepProgressed():
            period.stop_waiting(payload.status.received_at)
        case InformationProvided() | InformationLapsed():
            period.stop_waiting(at)
        case StepRedispatched():
            period.stop_waiting(at)
            period.counts["redispatched"] += 1
        case StepFulfilled():
            period.finish(FULFILLED, payload.status.received_at, late=not payload.in_time)
        case StepRefused():
            period.finish(REFUSED, payload.status.received_at, late=not payload.in_time)
        case StepForwarded():
            at = payload.status.received_at
            period.finish("forwarded", at, period.late_at(at), forwarded_late=payload.in_time is False)
        case StepReassigned():
            period.finish("reassigned", at, period.late_at(at))
        case StepRestored():
            period.finish("restored", at, period.late_at(at))
        case AppealPlaced():
            period.finish(PLACED, at, period.late_at(at))
        case StepCancelled():  # the clock of what another case took over counts there
            period.finish("cancelled", at, payload.reason != TRACK_HANDED_OVER and period.late_at(at))
        case _:
            assert_never(payload)
