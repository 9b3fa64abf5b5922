"""A case's state with one of its steps or tracks changed. Pure."""

from workflows.case.state import CaseState


def replace_step(state: CaseState, key: str, **update: object) -> CaseState:
    """The state in which the step `key` has these values."""
    steps = tuple(step.model_copy(update=update) if step.key == key else step for step in state.steps)
    return state.model_copy(update={"steps": steps})


def replace_track(state: CaseState, key: str, **update: object) -> CaseState:
    """The state in which the track `key` has these values."""
    tracks = tuple(track.model_copy(update=update) if track.key == key else track for track in state.tracks)
    return state.model_copy(update={"tracks": tracks})
