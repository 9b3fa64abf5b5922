"""What follows by itself: the next steps, the answers of tracks, the answer of the case. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from catalogue.terms import CENTRE
from schemas.case_lifecycle_events import (
    CaseAnswered,
    Outcome,
    PlannedStep,
    StepAnswer,
    TrackAnswered,
    TrackOpened,
    TrackPurpose,
)
from schemas.clocks import ClockReading
from schemas.deadline_events import TermEnded
from schemas.frozen import AgencyId, Code, Sealed
from schemas.hand_over_events import CaseHandedOver
from schemas.passports import LOCAL_EXECUTIVE, PassportStep
from schemas.step_events import StepCancelled, StepDispatched, Supplement
from workflows.case.clocks import kept_clocks, step_clocks
from workflows.case.commands import Placement
from workflows.case.decide.decision import Decision
from workflows.case.decide.terms import names_of
from workflows.case.limits import MOST_OF_SUPPLEMENTS, has_space_for_messages
from workflows.case.rules import TRIAGE
from workflows.case.state import CaseState, StepState, TermState, TrackState

NOT_COMPETENT = "not_competent"
"""The reason code by which the centre states that no agency is competent."""

WITHDRAWN = "appeal.withdrawn"
"""The reason code of what ends because the applicant no longer asks for it."""

TRACK_CLOSED = "track.closed"
"""Why a step is cancelled whose track the centre has answered."""

PREDECESSOR_REFUSED = "step.predecessor_refused"
"""Why a step is cancelled that waited for one which was refused or cancelled."""


_ENDS: dict[str, Literal["fulfilled", "refused", "cancelled"]] = {
    "fulfilled": "fulfilled",
    "refused": "refused",
    "cancelled": "cancelled",
}


def open_track(
    decision: Decision,
    placement: Placement,
    purpose: TrackPurpose | None = None,
    about: str | None = None,
    sealed: Sealed | None = None,
    *,
    terms: tuple[str, ...] | None = None,
    clock: ClockReading | None = None,
) -> None:
    """Begin to give a service or to review an answer, once while it is open, or to carry out an instruction.

    `sealed` is what its agencies are sent beside the appeals. It must be answered within the `terms` of those
    keys (None: all that run), or within a term of its own, `clock`.
    """
    passport = placement.passport
    open_already = open_track_of(decision.state, passport.code, purpose, about)
    if purpose != "instruction" and open_already is not None:
        return
    key = next_track_key(decision.state)
    decision.emit(
        TrackOpened(
            track=key,
            service=passport.code,
            passport=passport,
            lead_agency=_lead_agency(placement),
            steps=planned_steps(key, placement),
            purpose=purpose,
            about=about,
            sealed=sealed,
            terms=None if terms is None else names_of(decision.state, terms),
            clock=clock,
        )
    )


def open_track_of(
    state: CaseState, service: Code, purpose: TrackPurpose | None = None, about: str | None = None
) -> TrackState | None:
    """The track of that service, for that purpose, that is not answered yet."""
    wanted = (service, purpose, about)
    tracks = (track for track in state.tracks if not track.closed)
    return next((track for track in tracks if (track.service, track.purpose, track.about) == wanted), None)


def planned_steps(track: str, placement: Placement) -> tuple[PlannedStep, ...]:
    """The steps of a passport as steps of the track, each with the agency that was placed for it."""
    return tuple(
        PlannedStep(
            key=f"{track}.{step.code}",
            code=step.code,
            agency_id=placement.agencies[step.code],
            after=tuple(f"{track}.{code}" for code in step.after),
        )
        for step in placement.passport.steps
    )


def open_triage(
    decision: Decision, terms: tuple[str, ...], suggestions: tuple[Code, ...] = (), ground: Code | None = None
) -> str:
    """Put the appeal with these `terms` before the centre; return the key of its step.

    `suggestions` and `ground`: see `ReceiveAppeal`.
    """
    key = next_track_key(decision.state)
    step = PlannedStep(key=f"{key}.{TRIAGE}", code=TRIAGE, agency_id=CENTRE)
    decision.emit(
        TrackOpened(
            track=key,
            service=TRIAGE,
            passport=None,
            lead_agency=CENTRE,
            steps=(step,),
            terms=names_of(decision.state, terms),
            suggestions=suggestions or None,
            ground=ground,
        )
    )
    return step.key


def advance(decision: Decision) -> None:
    """Cancel the steps that are needless, dispatch those that are ready, answer what is done."""
    while any(_cancel_if_needless(decision, step.key) for step in decision.state.steps):
        pass
    for step in decision.state.steps:
        _dispatch_if_ready(decision, step.key)
    for track in decision.state.tracks:
        _answer_track_if_done(decision, track)
    _answer_case_if_done(decision)
    _end_terms(decision)


def passport_step(state: CaseState, step: StepState) -> PassportStep | None:
    """The step as the passport has it; None for triage."""
    track = state.track(step.track)
    if track is None or track.passport is None:
        return None
    return next((planned for planned in track.passport.steps if planned.code == step.code), None)


def _lead_agency(placement: Placement) -> AgencyId:
    """The agency that composes the answer: the district's own where the passport leaves it to that."""
    passport = placement.passport
    if passport.lead_agency != LOCAL_EXECUTIVE:
        return passport.lead_agency
    local = next(step.code for step in passport.steps if step.agency == LOCAL_EXECUTIVE)
    return placement.agencies[local]


def is_closed_by_the_centre(state: CaseState, key: str) -> bool:
    """Whether the staff answered the track, while some of its steps had not ended."""
    track = state.track(key)
    if track is None or track.outcome is None:
        return False
    return any(step.cancelled_for == TRACK_CLOSED for step in state.steps_of(key))


def next_track_key(state: CaseState) -> str:
    """The key of the track that is opened next."""
    return f"t{len(state.tracks) + 1}"


def _cancel_if_needless(decision: Decision, key: str) -> bool:
    step = decision.state.step(key)
    if step is None or step.status not in ("waiting", "forwarded"):
        return False
    before = (decision.state.step(earlier) for earlier in step.after)
    needless = any(earlier is not None and earlier.status in ("refused", "cancelled") for earlier in before)
    if needless:
        decision.emit(StepCancelled(step=key, reason=PREDECESSOR_REFUSED))
    return needless


def _dispatch_if_ready(decision: Decision, key: str) -> None:
    step = decision.state.step(key)
    if step is None or step.status not in ("waiting", "forwarded"):
        return
    before = (decision.state.step(earlier) for earlier in step.after)
    if not all(earlier is not None and earlier.status == "fulfilled" for earlier in before):
        return
    at_centre = step.agency_id == CENTRE
    clocks = kept_clocks(step)
    if not step.keeps_clocks:
        clocks = step_clocks(passport_step(decision.state, step), at_centre, decision.now, decision.rules)
    supplements = _supplements(decision.state, step)
    sent = _that_fit(decision, supplements)
    decision.emit(
        StepDispatched(
            step=key,
            attempt=max(step.attempt, step.last_attempt) + 1,
            agency_id=step.agency_id,
            clocks=clocks,
            supplements=sent or None,
            not_sent=None if sent == supplements else True,
        )
    )


def _that_fit(decision: Decision, supplements: tuple[Supplement, ...]) -> tuple[Supplement, ...]:
    """Those that the batch and the state have space for: information, which comes first, before documents."""
    passed = (
        payload.supplements or () for payload in decision.payloads if isinstance(payload, StepDispatched)
    )
    size = sum(len(known.sealed) for sent in passed for known in sent)
    for number, supplement in enumerate(supplements, start=1):
        size += len(supplement.sealed)
        if size > MOST_OF_SUPPLEMENTS or not has_space_for_messages(decision.state, number):
            return supplements[: number - 1]
    return supplements


def _supplements(state: CaseState, step: StepState) -> tuple[Supplement, ...]:
    """What came later than the appeal and before the assignment, whoever had the step then."""
    track = state.track(step.track)
    if step.agency_id == CENTRE or track is None or track.passport is None:
        return ()
    given = (
        Supplement(kind="information", id=str(number), sealed=sealed)
        for number, sealed in enumerate(step.information, start=1)
    )
    return (*given, *state.documents)


def _answer_track_if_done(decision: Decision, track: TrackState) -> None:
    steps = decision.state.steps_of(track.key)
    if track.closed or not all(step.ended for step in steps):
        return
    withdrawn = {"outcome": "withdrawn", "reason_code": WITHDRAWN} if track.withdrawn else {}
    basis = decision.rules.terms.statutory_basis if track.passport is None else track.passport.legal_basis
    answer = TrackAnswered(
        track=track.key,
        service=track.service,
        lead_agency=track.lead_agency,
        outcome=_outcome_of_track(steps),
        legal_basis=basis,
        results=results_of(steps),
    )
    decision.emit(answer.model_copy(update=withdrawn))


def results_of(steps: tuple[StepState, ...]) -> tuple[StepAnswer, ...]:
    """What each step that has ended contributed to the answer."""
    return tuple(_result(step) for step in steps if step.ended)


def _result(step: StepState) -> StepAnswer:
    ended_by = step.ended_by
    return StepAnswer(
        step=step.key,
        agency_id=step.agency_id,
        status=_ENDS[step.status],
        raw_code=ended_by.raw_code if ended_by else None,
        reason_code=ended_by.reason_code if ended_by else step.cancelled_for,
        sealed_note=ended_by.sealed_note if ended_by else None,
    )


def _outcome_of_track(steps: tuple[StepState, ...]) -> Outcome:
    """A track is as satisfied as its last steps: those that no other step waits for."""
    followed = {earlier for step in steps for earlier in step.after}
    last = [step for step in steps if step.key not in followed]
    fulfilled = [step for step in last if step.status == "fulfilled"]
    if len(fulfilled) == len(last):
        return "satisfied"
    if fulfilled:
        return "partly_satisfied"
    refusals = [step.ended_by.reason_code for step in steps if step.ended_by and step.status == "refused"]
    return "not_competent" if set(refusals) == {NOT_COMPETENT} else "refused"


def _answer_case_if_done(decision: Decision) -> None:
    state = decision.state
    if state.status != "open" or not state.tracks or not all(track.closed for track in state.tracks):
        return
    own = [track for track in state.tracks if track.opening == state.opening]
    outcomes = {track.outcome for track in own if track.outcome}
    if not outcomes and any(track.handed_to for track in own):
        decision.emit(CaseHandedOver(opening=state.opening))
        return
    decision.emit(
        CaseAnswered(
            opening=state.opening,
            outcome=_outcome_of_case(outcomes),
            tracking_numbers=tuple(appeal.tracking_number for appeal in state.appeals),
            in_time=_all_in_time(decision),
        )
    )


def _all_in_time(decision: Decision) -> bool:
    """Whether every appeal, review and instruction of the opening was answered within its own term."""
    terms = [term for term in decision.state.terms if term.opening == decision.state.opening]
    return bool(terms) and all(
        term.in_time is not False if term.ended else _in_time(decision, term) for term in terms
    )


def _in_time(decision: Decision, term: TermState) -> bool:
    own = (track.key for track in decision.state.tracks if track.opening == decision.state.opening)
    return last_received(decision, term.tracks or tuple(own)) <= term.clock.due_at


def _end_terms(decision: Decision) -> None:
    """End the terms within which all is answered, while others run: the last ones end with the case."""
    for term in decision.state.running_terms:
        tracks = [track for key in term.tracks if (track := decision.state.track(key)) is not None]
        others = len(decision.state.running_terms) > 1
        if others and tracks and all(track.closed for track in tracks):
            here = any(track.outcome is not None for track in tracks)
            decision.emit(TermEnded(term=term.key, in_time=_in_time(decision, term) if here else None))


def last_received(decision: Decision, tracks: Iterable[str]) -> datetime:
    """When the last part of the answer came in; not when the case last took a command."""
    ends = [step.ended_by for track in tracks for step in decision.state.steps_of(track)]
    return max([decision.command.received_at, *(end.received_at for end in ends if end is not None)])


def _outcome_of_case(outcomes: set[Outcome]) -> Outcome:
    if len(outcomes) == 1:
        return outcomes.pop()
    if outcomes & {"satisfied", "partly_satisfied"}:
        return "partly_satisfied"
    return "refused"
