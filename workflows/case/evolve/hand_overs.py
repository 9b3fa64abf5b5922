"""What the events of a hand-over make of either case. Total and tiny, as `workflows.case.evolve.evolver`."""

from schemas.case_events import Body, CaseHandedOver, TracksDelivered, TracksHandedOver, TracksTakenOver
from schemas.hand_over_events import HandedStep, HandedTrack
from workflows.case.evolve.state_updates import replace_track
from workflows.case.state import CaseState, StepState, TrackState


def apply_hand_over(state: CaseState, body: Body) -> CaseState:
    """What the body changes. An event that is not about a hand-over leaves the state as it is."""
    match body:
        case TracksHandedOver(hand_over=hand_over):
            for track in hand_over.tracks:
                state = replace_track(state, track.track, handed_to=hand_over.to_case)
            return state.model_copy(update={"hand_overs": (*state.hand_overs, hand_over)})
        case TracksDelivered():
            kept = tuple(one for one in state.hand_overs if one.id != body.hand_over)
            return state.model_copy(update={"hand_overs": kept})
        case TracksTakenOver():
            return _take_over(state, body)
        case CaseHandedOver():
            return state.model_copy(update={"status": "handed_over", "outcome": None})
        case _:
            return state


def _take_over(state: CaseState, body: TracksTakenOver) -> CaseState:
    known = {appeal.appeal_id for appeal in state.appeals}
    opening = body.opening or state.opening
    begun = {"status": "open", "opening": opening, "outcome": None, "in_time": None}
    tracks = (_track(track, opening, body.from_case) for track in body.tracks)
    steps = (_step(step, track.track) for track in body.tracks for step in track.steps)
    return state.model_copy(
        update={
            **(begun if body.opening is not None else {}),
            "appeals": (*state.appeals, *(one for one in body.appeals if one.appeal_id not in known)),
            "attachments": tuple(dict.fromkeys((*state.attachments, *body.attachments))),
            "documents": tuple(dict.fromkeys((*state.documents, *(body.documents or ())))),
            "clock": body.clock,
            "fired": tuple(dict.fromkeys((*state.fired, *body.fired))),
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
