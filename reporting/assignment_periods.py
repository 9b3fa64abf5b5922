"""Which agency had which step for how long, how that ended, and at whose charge its days are. Pure.

A assignment period begins when the step is sent to the agency, and ends when the agency or the centre ends
it. It goes on where a mistaken end is undone, and where the same agency is sent the step anew: its clock
runs on, and is judged once. What the ledger said of an end, in time or not, holds; other ends are compared
with the clock.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from catalogue.calendar import WorkingCalendar
from catalogue.terms import CENTRE
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
from workflows.case.decide.handing_over import HANDED_OVER

FULFILLED, REFUSED, PLACED = "fulfilled", "refused", "placed"


@dataclass
class Period:
    """A time whose days are at somebody's charge; without `until` it lasts."""

    whom: str
    since: datetime
    until: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Whether `instant` lies in it; its last does not."""
        return self.since <= instant and (self.until is None or instant < self.until)


@dataclass(frozen=True)
class End:
    """How and when a assignment period ended, and whether that was too late."""

    how: str
    at: datetime
    late: bool


@dataclass
class AssignmentPeriod:
    """The time for which one agency has one step.

    `clock` is the latest reading of its norm, `asked` when the agency waited for the applicant by its own
    statuses, `counts` how often it was sent, sent anew and escalated.
    """

    agency: str
    began: datetime
    clock: ClockReading | None
    counts: Counter[str] = field(default_factory=Counter)
    asked: list[Period] = field(default_factory=list)
    end: End | None = None

    def late_at(self, instant: datetime) -> bool:
        """Whether the deadline had passed; a clock that stands still has none."""
        clock = self.clock
        return clock is not None and not clock.suspended and instant > clock.due_at

    def charged(self, until: datetime, calendar: WorkingCalendar) -> Counter[str]:
        """The working days up to `until` by whom they are charged to.

        A suspension names whom. Of several at once the first that was ordered counts; the agency's own word
        that it waits for the applicant counts where no suspension says more.
        """
        periods = [*self._suspended(), *self.asked]
        instants = {one for period in periods for one in (period.since, period.until) if one is not None}
        cuts = [self.began, *sorted(one for one in instants if self.began < one < until), until]
        days: Counter[str] = Counter()
        for start, end in pairwise(cuts):
            days[self._charged_at(start, periods)] += working_days(calendar, start, end)
        return +days

    def _suspended(self) -> Iterator[Period]:
        for one in self.clock.suspensions if self.clock is not None else ():
            yield Period(one.charged_to, one.since, one.until)

    def _charged_at(self, instant: datetime, periods: Iterable[Period]) -> str:
        worker = CENTRE if self.agency == CENTRE else "agency"
        return next((period.whom for period in periods if period.covers(instant)), worker)

    def ask(self, at: datetime) -> None:
        """The agency waits for the applicant from `at` on, unless it does already."""
        if not self.asked or self.asked[-1].until is not None:
            self.asked.append(Period("applicant", at))

    def go_on(self, at: datetime) -> None:
        """The agency waits for the applicant no more."""
        if self.asked and self.asked[-1].until is None:
            self.asked[-1].until = at

    def finish(self, how: str, at: datetime, late: bool) -> None:
        """The agency has the step no more."""
        self.go_on(at)
        self.end = End(how, at, late)


def assignment_periods(history: Iterable[RecordedEvent]) -> list[AssignmentPeriod]:
    """All assignment periods of a case, as they stand after `history`; those without an end last."""
    steps = _Steps()
    for event in history:
        steps.take(event)
    return steps.found


class _Steps:
    """The latest assignment period of each step is the only one that an entry can still change."""

    def __init__(self) -> None:
        self.found: list[AssignmentPeriod] = []
        self._latest: dict[str, AssignmentPeriod] = {}

    def take(self, event: RecordedEvent) -> None:
        match event.payload:
            case StepDispatched() as payload:
                self._dispatch(payload, event.recorded_at)
            case StepCorrected(step=step):
                self._undo_end(step)
            case (ClockSuspended() | ClockResumed() | ClockRevised()) as payload:
                self._read(payload, event.recorded_at)
            case DeadlineEscalated(subject=step):
                if (held := self._held(step)) is not None:
                    held.counts["escalations"] += 1
            case TracksTakenOver() as payload:
                self._bring(payload)
            case _:
                self._work(event)

    def _held(self, step: str) -> AssignmentPeriod | None:
        latest = self._latest.get(step)
        return latest if latest is not None and latest.end is None else None

    def _dispatch(self, payload: StepDispatched, at: datetime) -> None:
        norm = own_clock(payload.clocks)
        held = self._held(payload.step)
        if held is not None and held.agency != payload.agency_id:  # no ledger writes so; yet no day is lost
            held.finish("reassigned", at, held.late_at(at))
            held = None
        if held is None:
            held = self._latest[payload.step] = AssignmentPeriod(payload.agency_id, at, norm)
            self.found.append(held)
        held.clock = norm
        held.counts["assignments"] += 1

    def _undo_end(self, step: str) -> None:
        latest = self._latest.get(step)
        if latest is not None and latest.end is not None and latest.end.how in (FULFILLED, REFUSED):
            latest.end = None
            if all(one is not latest for one in self.found):
                self.found.append(latest)

    def _bring(self, payload: TracksTakenOver) -> None:
        """What an agency ended in another case is counted there, and here from where it is undone."""
        for step in (step for track in payload.tracks for step in track.steps):
            if step.ended_by is not None:
                at = step.ended_by.received_at
                end = End(step.status, at, late=step.in_time is False)
                self._latest[step.key] = AssignmentPeriod(step.agency_id, at, own_clock(step.clocks), end=end)

    def _read(self, payload: ClockSuspended | ClockResumed | ClockRevised, at: datetime) -> None:
        """Also of a assignment period that has ended: its end may yet be undone."""
        latest = self._latest.get(payload.subject)
        if latest is None or latest.clock is None or latest.clock.kind != payload.clock.kind:
            return
        latest.clock = payload.clock
        if isinstance(payload, ClockResumed):  # from here on suspensions alone say who is waited for
            latest.go_on(payload.suspension.until or at)

    def _work(self, event: RecordedEvent) -> None:
        held = self._held(getattr(event.payload, "step", ""))
        if held is None:
            return
        at = event.recorded_at
        match event.payload:
            case StepInformationRequested(status=status):
                held.ask(status.received_at)
            case StepAcknowledged(status=status) | StepProgressed(status=status):
                held.go_on(status.received_at)
            case InformationProvided() | InformationLapsed():
                held.go_on(at)
            case StepRedispatched():
                held.go_on(at)
                held.counts["redispatched"] += 1
            case _:
                _end(held, event)


def _end(held: AssignmentPeriod, event: RecordedEvent) -> None:
    at = event.recorded_at
    match event.payload:
        case StepFulfilled() as payload:
            held.finish(FULFILLED, payload.status.received_at, late=not payload.in_time)
        case StepRefused() as payload:
            held.finish(REFUSED, payload.status.received_at, late=not payload.in_time)
        case StepForwarded(status=status):
            held.finish("forwarded", status.received_at, held.late_at(status.received_at))
        case StepReassigned():
            held.finish("reassigned", at, held.late_at(at))
        case StepRestored():
            held.finish("restored", at, held.late_at(at))
        case AppealPlaced():
            held.finish(PLACED, at, held.late_at(at))
        case StepCancelled(reason=reason):  # the clock of what another case took over is judged there
            held.finish("cancelled", at, reason != HANDED_OVER and held.late_at(at))
        case _:
            pass
