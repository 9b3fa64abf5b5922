"""What the events of a hand-over make of either case. Total and tiny, as `workflows.case.evolve.evolver`."""

from schemas.case_events import (
    CaseHandedOver,
    EventPayload,
    TracksDelivered,
    TracksHandedOver,
    TracksTakenOver,
)
from schemas.hand_over_events import HandedStep, HandedTrack
from workflows.case.evolve.state_updates import replace_track
from workflows.case.state import CaseState, StepState, TrackState


def apply_hand_over(state: CaseState, payload: EventPayload) -> CaseState:
    """What the agency changes. An event that is not about a hand-over leaves the state as it is."""
    match payload:
        case TracksHandedOver(hand_over=hand_over):
            for track in hand_over.tracks:
                state = replace_track(state, track.track, handed_to=hand_over.to_case)
            return state.model_copy(update={"hand_overs": (*state.hand_overs, hand_over)})
        case TracksDelivered():
            kept = tuple(one for one in state.hand_overs if one.id != payload.hand_over)
            return state.model_copy(update={"hand_overs": kept})
        case TracksTakenOver():
            return _take_over(state, payload)
        case CaseHandedOver():
            return state.model_copy(update={"status": "handed_over", "outcome": None})
        case _:
            return state


def _take_over(state: CaseState, payload: TracksTakenOver) -> CaseState:
    known = {appeal.appeal_id for appeal in state.appeals}
    opening = payload.opening or state.opening
    begun = {"status": "open", "opening": opening, "outcome": None, "in_time": None}
    tracks = (_track(track, opening, payload.from_case) for track in payload.tracks)
    steps = (_step(step, track.track) for track in payload.tracks for step in track.steps)
    return state.model_copy(
        update={
            **(begun if payload.opening is not None else {}),
            "appeals": (*state.appeals, *(one for one in payload.appeals if one.appeal_id not in known)),
            "attachments": tuple(dict.fromkeys((*state.attachments, *payload.attachments))),
            "documents": tuple(dict.fromkeys((*state.documents, *(payload.documents or ())))),
            "clock": payload.clock,
            "fired": tuple(dict.fromkeys((*state.fired, *payload.fired))),
            "tracks": (*state.tracks, *tracks),
            "steps": (*state.steps, *steps),
        }
    )


def _track(track: HandedTrack, opening: int, from_case: str) -> TrackState:
    shared = HandedTrack.model_fields.keys() & TrackState.model_fields.keys()
    known = {name: getattr(track, name) for name in shared}
    return TrackState(key=track.track, opening=opening, taken_from=from_case, **known)


def _step(step: HandedStep, track: str) -> StepState:
    return StepState(track=track, **{name: getattr(step, name) for name in HandedStep.model_fields})
