"""What events make of a clock, and of the levels that it has reached. Pure."""

from schemas.clocks import ClockReading
from workflows.case.evolve import terms
from workflows.case.evolve.state_updates import replace_step
from workflows.case.state import CaseState


def replace_reading(
    state: CaseState, subject: str, reading: ClockReading, term: str | None = None
) -> CaseState:
    """The new reading takes the place of the one of its kind: of the step `subject`, else of the term."""
    step = state.step(subject)
    if step is None:
        return terms.replace_reading(state, term, reading)
    clocks = tuple(reading if clock.kind == reading.kind else clock for clock in step.clocks)
    return replace_step(state, step.key, clocks=clocks)


def withdraw_level(state: CaseState, subject: str, deadline: str) -> CaseState:
    """The level `deadline` was not reached after all."""
    step = state.step(subject)
    reached = tuple(known for known in (step or state).reached if known != deadline)
    if step is None:
        return state.model_copy(update={"reached": reached})
    return replace_step(state, step.key, reached=reached)


def reach_level(state: CaseState, subject: str, deadline: str) -> CaseState:
    """The level `deadline` is reached: of a clock of the step `subject`, else of the statutory term."""
    step = state.step(subject)
    if step is None:
        return state.model_copy(update={"reached": (*state.reached, deadline)})
    return replace_step(state, step.key, reached=(*step.reached, deadline))
