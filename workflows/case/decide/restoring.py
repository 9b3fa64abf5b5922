"""Steps that were cancelled for a cause which is undone: they wait again. Pure."""

from schemas.frozen import Code
from workflows.case.decide.decision import Decision
from workflows.case.decide.progress import PREDECESSOR_REFUSED, TRACK_CLOSED, WITHDRAWN
from workflows.case.decide.tasks import restore
from workflows.case.state import CaseState, StepState

CAUSE_UNDONE: Code = "step.cause_undone"
"""Why a step is restored that was cancelled for a cause which is undone."""


def restore_where_cause_is_undone(decision: Decision) -> None:
    """Have each cancelled step done again for which nothing speaks any more."""
    while (step := _next(decision.state)) is not None:
        restore(decision, step, CAUSE_UNDONE)


def _next(state: CaseState) -> StepState | None:
    cancelled = (step for step in state.steps if step.status == "cancelled")
    return next((step for step in cancelled if _is_undone(state, step)), None)


def _is_undone(state: CaseState, step: StepState) -> bool:
    """Whether the track is worked on again, and what had cancelled the step is no longer so.

    Nothing undoes by itself that an appeal repeats another, or that information was not given in time.
    """
    track = state.track(step.track)
    if track is None or track.closed:
        return False
    if step.cancelled_for == WITHDRAWN:
        return not track.withdrawn
    if step.cancelled_for == PREDECESSOR_REFUSED:
        before = (state.step(key) for key in step.after)
        return not any(earlier and earlier.status in ("refused", "cancelled") for earlier in before)
    return step.cancelled_for == TRACK_CLOSED
