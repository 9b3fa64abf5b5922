"""What events make of a track. Pure."""

from collections.abc import Iterable

from schemas.case_lifecycle_events import (
    AppealPlaced,
    AppealWithdrawn,
    PlannedStep,
    TrackMigrated,
    TrackOpened,
    TrackReopened,
)
from workflows.case.evolve import terms
from workflows.case.evolve.state_updates import replace_step, replace_track
from workflows.case.state import CaseState, StepState, TrackState


def open_track(state: CaseState, payload: TrackOpened) -> CaseState:
    """A new track, whose steps wait."""
    track = TrackState(
        key=payload.track,
        service=payload.service,
        lead_agency=payload.lead_agency,
        passport=payload.passport,
        opening=state.opening,
        purpose=payload.purpose,
        about=payload.about,
        sealed=payload.sealed,
        suggestions=payload.suggestions,
        ground=payload.ground,
    )
    steps = _waiting(payload.track, payload.steps)
    opened = state.model_copy(update={"tracks": (*state.tracks, track), "steps": (*state.steps, *steps)})
    if payload.clock is not None:
        return terms.begin(opened, payload.track, payload.clock, (payload.track,))
    return terms.ask_for(opened, payload.track, payload.terms)


def migrate_track(state: CaseState, payload: TrackMigrated) -> CaseState:
    """The steps that had not begun are those of the new version; the others stay."""
    kept = tuple(step for step in state.steps if step.track != payload.track or step.attempt or step.ended)
    known = {step.key for step in kept}
    planned = (step for step in _waiting(payload.track, payload.steps) if step.key not in known)
    replaced = state.model_copy(update={"steps": (*kept, *planned)})
    return replace_track(replaced, payload.track, passport=payload.passport)


def reopen_track(state: CaseState, payload: TrackReopened) -> CaseState:
    """The track has no answer any more, and nothing that followed on it; its terms run on."""
    return replace_track(
        terms.ask_for(state, payload.track, payload.terms),
        payload.track,
        opening=state.opening,
        outcome=None,
        answered_at=None,
        withdrawn=False,
        objected=False,
        score=None,
    )


def withdraw(state: CaseState, payload: AppealWithdrawn) -> CaseState:
    """The applicant asks for these tracks no more."""
    for track in payload.tracks:
        state = replace_track(state, track, withdrawn=True)
    return state


def place_appeal(state: CaseState, payload: AppealPlaced) -> CaseState:
    """The triage step is done, and its track asks for no answer."""
    placed = replace_step(state, payload.step, status="fulfilled")
    step = placed.step(payload.step)
    if step is None:
        return placed
    asked = terms.ask_instead(placed, step.track, payload.tracks or ())
    return replace_track(asked, step.track, placed=True, chosen=payload.services)


def _waiting(track: str, planned: Iterable[PlannedStep]) -> tuple[StepState, ...]:
    return tuple(
        StepState(key=step.key, track=track, code=step.code, agency_id=step.agency_id, after=step.after)
        for step in planned
    )
