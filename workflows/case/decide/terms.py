"""How the statutory term is extended, and how a revised calendar moves deadlines. Pure."""

from collections.abc import Iterator

from schemas.clocks import ClockReading
from schemas.deadline_events import CASE_SUBJECT, CalendarRevised, ClockRevised, TermExtended
from workflows.case.clocks import read_again, revised
from workflows.case.commands import ExtendTerm, ReviseCalendar
from workflows.case.decide.decision import Decision
from workflows.case.decide.refusals import refuse
from workflows.case.state import CaseState


def extend_term(decision: Decision, command: ExtendTerm) -> None:
    """Extend the statutory term once, by at most what the law allows (Article 10.2)."""
    clock, terms = decision.state.clock, decision.rules.terms
    if decision.state.status != "open" or clock is None:
        refuse(decision, "extend.not_open", "Only the term of an open case is extended.")
    elif clock.extension_days:
        refuse(decision, "extend.extended_already", "The law allows one extension.")
    elif command.days > terms.extension:
        refuse(
            decision, "extend.too_long", f"At most {terms.extension} working days: {terms.extension_basis}."
        )
    elif command.received_at > clock.due_at:
        refuse(decision, "extend.too_late", "A term is extended before it has ended.")
    else:
        extension = (command.days, terms.extension_basis)
        reading = read_again(clock, decision.rules, extension=extension)
        decision.emit(TermExtended(reason=command.reason, clock=reading, sealed_note=command.sealed_note))


def revise_calendar(decision: Decision, command: ReviseCalendar) -> None:
    """Count anew every deadline that is still ahead; the decision's rules have the revised calendar already.

    A deadline that would lie in the past stays where it is: nobody is late by a rule that came after.
    """
    decision.emit(CalendarRevised(calendar=f"{command.calendar.code}@{command.calendar.version}"))
    for subject, clock in list(_running(decision.state)):
        reading = revised(clock, decision.rules)
        if reading.due_at != clock.due_at and min(reading.due_at, clock.due_at) > decision.now:
            previous = clock.due_at
            decision.emit(ClockRevised(subject=subject, previous_due_at=previous, clock=reading))


def _running(state: CaseState) -> Iterator[tuple[str, ClockReading]]:
    if state.status == "open" and state.clock is not None:
        yield CASE_SUBJECT, state.clock
    for step in state.steps:
        if step.running:
            yield from ((step.key, clock) for clock in step.clocks)
