"""How an escalation that turns out to be false is withdrawn. Pure.

What was received in time may be heard after the timer fired: the escalation stands then, and those who were
told of it are told that it was none. Whatever command brings that to light, the rule is the same.
"""

from collections.abc import Iterator
from datetime import datetime

from catalogue.terms import COMMISSION
from schemas.clocks import ClockReading
from schemas.deadline_events import CASE_SUBJECT, EscalationWithdrawn
from workflows.case.clocks import Deadline, RunningClock, running_clocks
from workflows.case.commands import FireTimer
from workflows.case.decide.decision import Decision
from workflows.case.decide.progress import last_received
from workflows.case.decide.tasks import settle_of
from workflows.case.state import CaseState, StepState


def withdraw_false_escalations(decision: Decision, before: CaseState) -> None:
    """Withdraw each escalation of `before` that the decision shows to be false."""
    if isinstance(decision.command, FireTimer):  # it hears nothing new
        return
    for clock, deadline in list(_escalated(before)):
        if _is_false(decision, clock, deadline):
            _withdraw(decision, deadline)


def _escalated(state: CaseState) -> Iterator[tuple[RunningClock, Deadline]]:
    if not state.reached and not any(step.reached for step in state.steps):
        return
    for clock in running_clocks(state):
        for deadline in clock.deadlines():
            if deadline.level.escalation and deadline.id in clock.reached:
                yield clock, deadline


def _is_false(decision: Decision, clock: RunningClock, deadline: Deadline) -> bool:
    """Whether the level had not been reached: the clock ended, stood still or moved before its instant."""
    code = deadline.level.code
    if clock.key is not None:
        term = decision.state.term(clock.key)
        if term is None:
            return False
        at = _at(term.clock, code, deadline)
        if term.ended:
            return last_received(decision, term.tracks) <= at
        return at > max(deadline.level.at, decision.now)
    step = decision.state.step(clock.subject)
    reading = _running(step, clock)
    if step is None or reading is None:
        return _ended_at(decision, step) <= _at(_last_reading(step, clock), code, deadline)
    at = _at(reading, code, deadline)
    stands_since = min((pause.since for pause in reading.suspensions if pause.until is None), default=None)
    return at > (stands_since or max(deadline.level.at, decision.now))


def _running(step: StepState | None, clock: RunningClock) -> ClockReading | None:
    """The clock as it runs, or stands, after the decision; None where it has ended."""
    if step is None or not step.running or f"{step.clock_run or step.attempt}" != clock.run:
        return None
    if clock.reading.kind == "acknowledgement" and step.status != "dispatched":
        return None
    return _last_reading(step, clock)


def _last_reading(step: StepState | None, clock: RunningClock) -> ClockReading:
    same_run = step is not None and f"{step.clock_run or step.attempt}" == clock.run
    readings = step.clocks if step is not None and same_run else ()
    return next((known for known in readings if known.kind == clock.reading.kind), clock.reading)


def _ended_at(decision: Decision, step: StepState | None) -> datetime:
    ended_by = step.ended_by if step is not None else None
    return decision.command.received_at if ended_by is None else ended_by.received_at


def _at(reading: ClockReading, code: str, deadline: Deadline) -> datetime:
    """The instant of the level as the clock reads now."""
    return next((level.at for level in reading.levels if level.code == code), deadline.level.at)


def _withdraw(decision: Decision, deadline: Deadline) -> None:
    decision.emit(
        EscalationWithdrawn(
            subject=deadline.subject,
            deadline=deadline.id,
            level=deadline.level.code,
            told=deadline.level.told,
            due_at=deadline.clock.due_at,
            agencies=deadline.agencies,
            term=deadline.term,
        )
    )
    if COMMISSION in deadline.level.told and not _another_stands(decision.state, deadline):
        settle_of(decision, "agenda", deadline.subject, "withdrawn")


def _another_stands(state: CaseState, deadline: Deadline) -> bool:
    """Whether the item of the agenda is also about another term of the case."""
    same_level = f"/{deadline.clock.kind}/{deadline.level.code}"
    return deadline.subject == CASE_SUBJECT and any(known.endswith(same_level) for known in state.reached)
