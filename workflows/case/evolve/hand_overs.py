"""What the events of a hand-over make of either case. Pure."""

from schemas.hand_over_events import (
    HandedStep,
    HandedTrack,
    TracksDelivered,
    TracksHandedOver,
    TracksTakenOver,
)
from workflows.case.evolve import terms
from workflows.case.evolve.state_updates import add_appeals, replace_track
from workflows.case.state import CaseState, StepState, TrackState


def hand_over(state: CaseState, payload: TracksHandedOver) -> CaseState:
    """The tracks are the other case's, which must still receive them."""
    given = payload.hand_over
    for track in given.tracks:
        state = replace_track(state, track.track, handed_to=given.to_case)
    return state.model_copy(update={"hand_overs": (*state.hand_overs, given)})


def deliver(state: CaseState, payload: TracksDelivered) -> CaseState:
    """The other case has received the hand-over."""
    waiting = tuple(given for given in state.hand_overs if given.id != payload.hand_over)
    return state.model_copy(update={"hand_overs": waiting})


def end_case(state: CaseState) -> CaseState:
    """The opening ended without an answer of its own."""
    return terms.end_all(state).model_copy(update={"status": "handed_over", "outcome": None})


def take_over(state: CaseState, payload: TracksTakenOver) -> CaseState:
    """The tracks are this case's, with their appeals and documents."""
    opening = payload.opening or state.opening
    begun = {"status": "open", "opening": opening, "outcome": None, "in_time": None}
    tracks = (_track(track, opening, payload.from_case) for track in payload.tracks)
    steps = (_step(step, track.track) for track in payload.tracks for step in track.steps)
    taken = add_appeals(state, payload.appeals).model_copy(
        update={
            **(begun if payload.opening is not None else {}),
            "attachments": tuple(dict.fromkeys((*state.attachments, *payload.attachments))),
            "documents": tuple(dict.fromkeys((*state.documents, *(payload.documents or ())))),
            "reached": tuple(dict.fromkeys((*state.reached, *payload.reached))),
            "tracks": (*state.tracks, *tracks),
            "steps": (*state.steps, *steps),
        }
    )
    return _with_terms(taken, payload)


def _with_terms(state: CaseState, payload: TracksTakenOver) -> CaseState:
    """The terms that came with the tracks; where none are named, one holds for the case."""
    if payload.terms is None:
        if payload.opening is None:
            state = terms.replace_reading(state, None, payload.clock)
        else:
            state = terms.begin(state, f"opening/{payload.opening}", payload.clock)
        for track in payload.tracks:
            state = terms.ask_for(state, track.track, None)
        return state
    for term in payload.terms:
        state = terms.begin(state, term.term, term.clock, term.tracks, term.levels_reached)
    return state


def _track(track: HandedTrack, opening: int, from_case: str) -> TrackState:
    shared = HandedTrack.model_fields.keys() & TrackState.model_fields.keys()
    known = {name: getattr(track, name) for name in shared}
    return TrackState(key=track.track, opening=opening, taken_from=from_case, **known)


def _step(step: HandedStep, track: str) -> StepState:
    return StepState(track=track, **{name: getattr(step, name) for name in HandedStep.model_fields})
