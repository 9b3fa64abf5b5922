"""How statutory terms are extended, and how a revised calendar moves deadlines. Pure.

A term belongs to an appeal, or to a review or an instruction: what happens to one moves no other.
"""

from collections.abc import Iterable, Iterator

from schemas.clocks import ClockReading
from schemas.deadline_events import CASE_SUBJECT, CalendarRevised, ClockRevised, TermExtended
from workflows.case.clocks import read_again, revised
from workflows.case.commands import ExtendTerm, ReviseCalendar
from workflows.case.decide.decision import Decision
from workflows.case.decide.refusals import refuse
from workflows.case.state import CaseState, TermState


def extend_term(decision: Decision, command: ExtendTerm) -> None:
    """Extend a statutory term once, by at most what the law allows (Article 10.2).

    It is that of the appeal which the command names, else the one that is due first.
    """
    term, terms = _term_to_extend(decision.state, command.term), decision.rules.terms
    if decision.state.status != "open" or term is None:
        refuse(decision, "extend.not_open", "Only the term of an appeal that is not answered is extended.")
    elif term.clock.extension_days:
        refuse(decision, "extend.extended_already", "The law allows one extension of the term of an appeal.")
    elif command.days > terms.extension:
        refuse(
            decision, "extend.too_long", f"At most {terms.extension} working days: {terms.extension_basis}."
        )
    elif command.received_at > term.clock.due_at:
        refuse(decision, "extend.too_late", "A term is extended before it has ended.")
    else:
        extension = (command.days, terms.extension_basis)
        decision.emit(
            TermExtended(
                reason=command.reason,
                clock=read_again(term.clock, decision.rules, extension=extension),
                sealed_note=command.sealed_note,
                term=name_of(decision.state, term),
            )
        )


def _term_to_extend(state: CaseState, key: str | None) -> TermState | None:
    running = [term for term in state.running_terms if key in (None, term.key)]
    return min(running, key=lambda term: term.clock.due_at, default=None)


def name_of(state: CaseState, term: TermState) -> str | None:
    """How an event names the term: by its key; not at all where the case has had no other."""
    return None if state.terms == (term,) else term.key


def names_of(state: CaseState, keys: Iterable[str]) -> tuple[str, ...] | None:
    """How an event names these terms; None where the case has had no other."""
    wanted = tuple(dict.fromkeys(keys))
    return None if wanted == tuple(term.key for term in state.terms) and len(wanted) == 1 else wanted


def revise_calendar(decision: Decision, command: ReviseCalendar) -> None:
    """Count anew every deadline that is still ahead; the decision's rules have the revised calendar already.

    A deadline that would lie in the past stays where it is: nobody is late by a rule that came after.
    """
    decision.emit(CalendarRevised(calendar=f"{command.calendar.code}@{command.calendar.version}"))
    for subject, term, clock in list(_running(decision.state)):
        reading = revised(clock, decision.rules)
        if reading.due_at != clock.due_at and min(reading.due_at, clock.due_at) > decision.now:
            previous = clock.due_at
            decision.emit(ClockRevised(subject=subject, previous_due_at=previous, clock=reading, term=term))


def _running(state: CaseState) -> Iterator[tuple[str, str | None, ClockReading]]:
    """The subject of each clock that runs, the name of its term, and the clock."""
    for term in state.running_terms:
        yield CASE_SUBJECT, name_of(state, term), term.clock
    for step in state.steps:
        if step.running:
            yield from ((step.key, None, clock) for clock in step.clocks)
