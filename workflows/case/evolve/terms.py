"""What events make of the statutory terms of a case. Pure.

An event names a term by its key. Without one, it is about the terms that run: events of a case that has one
name none.
"""

from collections.abc import Collection

from schemas.clocks import ClockReading
from schemas.frozen import Code
from workflows.case.state import CaseState, TermState

_KIND = "statutory_term"


def begin(
    state: CaseState,
    key: str,
    clock: ClockReading,
    tracks: tuple[str, ...] = (),
    levels_reached: tuple[Code, ...] = (),
) -> CaseState:
    """The term runs. One that runs already keeps the earlier of its ends; one that ended runs on."""
    known = state.term(key)
    if known is None:
        term = TermState(key=key, clock=clock, run=_next_run(state), opening=state.opening, tracks=tracks)
        begun = state.model_copy(update={"terms": (*state.terms, term)})
    else:
        if not known.ended:
            clock = min(known.clock, clock, key=lambda reading: reading.due_at)
        term = _running(known, state.opening, tracks).model_copy(update={"clock": clock})
        begun = _replace(state, term)
    reached = (f"{term.run}/{_KIND}/{level}" for level in levels_reached)
    return begun.model_copy(update={"reached": tuple(dict.fromkeys((*begun.reached, *reached)))})


def levels_reached(state: CaseState, term: TermState) -> tuple[Code, ...]:
    """The codes of the levels of a term that were reached."""
    start = f"{term.run}/{_KIND}/"
    return tuple(reached.removeprefix(start) for reached in state.reached if reached.startswith(start))


def replace_reading(state: CaseState, key: str | None, clock: ClockReading) -> CaseState:
    """The term has a new reading."""
    term = state.term(key) if key is not None else next(iter(state.running_terms or state.terms[-1:]), None)
    return state if term is None else _replace(state, term.model_copy(update={"clock": clock}))


def ask_for(state: CaseState, track: str, keys: Collection[str] | None) -> CaseState:
    """These terms ask for the track too, and run on if they had ended."""
    for term in state.running_terms if keys is None else state.terms:
        if keys is None or term.key in keys:
            state = _replace(state, _running(term, state.opening, (track,)))
    return state


def ask_instead(state: CaseState, triage: str, tracks: tuple[str, ...]) -> CaseState:
    """The terms that asked for the triage track ask for these tracks too."""
    for term in state.terms:
        if triage in term.tracks:
            state = _replace(state, _running(term, term.opening, tracks))
    return state


def end(state: CaseState, key: str, in_time: bool | None) -> CaseState:
    """Everything in the term is answered, or has gone to another case."""
    term = state.term(key)
    return (
        state
        if term is None
        else _replace(state, term.model_copy(update={"ended": True, "in_time": in_time}))
    )


def end_all(state: CaseState) -> CaseState:
    """The opening has come to its end."""
    terms = tuple(term if term.ended else term.model_copy(update={"ended": True}) for term in state.terms)
    return state.model_copy(update={"terms": terms})


def _running(term: TermState, opening: int, tracks: tuple[str, ...]) -> TermState:
    asked = tuple(dict.fromkeys((*term.tracks, *tracks)))
    return term.model_copy(update={"ended": False, "in_time": None, "opening": opening, "tracks": asked})


def _replace(state: CaseState, changed: TermState) -> CaseState:
    terms = tuple(changed if term.key == changed.key else term for term in state.terms)
    return state.model_copy(update={"terms": terms})


def _next_run(state: CaseState) -> str:
    """The opening's number for its first term; a number more for each that follows."""
    first = f"{state.opening}"
    others = sum(term.run.partition(".")[0] == first for term in state.terms)
    return f"{first}.{others + 1}" if others else first
