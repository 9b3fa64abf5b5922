"""A case's state with one of its steps or tracks changed, or with more appeals. Pure."""

from collections.abc import Iterable

from schemas.appeals import AppealReceived
from workflows.case.state import AppealReference, CaseState


def replace_step(state: CaseState, key: str, **update: object) -> CaseState:
    """The state in which the step `key` has these values."""
    steps = tuple(step.model_copy(update=update) if step.key == key else step for step in state.steps)
    return state.model_copy(update={"steps": steps})


def replace_track(state: CaseState, key: str, **update: object) -> CaseState:
    """The state in which the track `key` has these values."""
    tracks = tuple(track.model_copy(update=update) if track.key == key else track for track in state.tracks)
    return state.model_copy(update={"tracks": tracks})


def add_appeals(state: CaseState, brought: Iterable[AppealReceived]) -> CaseState:
    """The state with references to these appeals too; one that it has already is no other."""
    known = {appeal.appeal_id for appeal in state.appeals}
    fresh = (AppealReference.of(appeal) for appeal in brought if appeal.appeal_id not in known)
    return state.model_copy(update={"appeals": (*state.appeals, *fresh)})
