"""How a case takes appeals: the first opens it, later ones join it, staff place what no rule did. Pure."""

from datetime import datetime

from schemas.case_lifecycle_events import AppealJoined, AppealPlaced, CaseOpened, CaseReopened, TaskKind
from schemas.clocks import ClockReading
from schemas.deadline_events import CASE_SUBJECT, ClockRevised
from workflows.case.clocks import read_again, statutory_term
from workflows.case.commands import PlaceAppeal, Placement, ReceiveAppeal
from workflows.case.decide.decision import Decision
from workflows.case.decide.progress import open_track, open_triage
from workflows.case.decide.refusals import refuse
from workflows.case.decide.tasks import raise_task, settle_of
from workflows.case.rules import TRIAGE
from workflows.case.state import StepState

_MANUAL_REVIEW: tuple[TaskKind, ...] = ("repeat_appeal", "likely_duplicate")
"""The tasks of a person who must review an appeal before it is placed."""


def receive_appeal(decision: Decision, command: ReceiveAppeal) -> None:
    """Open the case, or join it; an answered case is opened again."""
    state, appeal = decision.state, command.appeal
    if state.status == "none":
        clock = _term(decision, command.placements, command.received_at)
        decision.emit(CaseOpened(opening=1, appeal=appeal, clock=clock))
    else:
        if state.ended:
            clock = _term(decision, command.placements, command.received_at)
            decision.emit(CaseReopened(opening=state.opening + 1, reason="appeal.joined", clock=clock))
        decision.emit(AppealJoined(appeal=appeal))
        if command.placements and not state.ended:
            _answer_by(decision, _term(decision, command.placements, command.received_at))
    if command.manual_review is not None:
        step = open_triage(decision)
        review = command.manual_review
        raise_task(decision, review.kind, step, legal_basis=review.legal_basis, earlier=review.earlier)
        return
    for placement in command.placements:
        open_track(decision, placement)
    if not command.placements:
        open_triage(decision)


def _take_term(decision: Decision, triage: StepState, placements: tuple[Placement, ...]) -> None:
    """The term of an appeal that was before the centre until now."""
    state = decision.state
    if {track.service for track in state.tracks if track.opening == state.opening} == {TRIAGE}:
        _read_term_again(decision, placements)
    elif triage.clocks:
        _answer_by(decision, _term(decision, placements, triage.clocks[0].started_at))


def _term(decision: Decision, placements: tuple[Placement, ...], started_at: datetime) -> ClockReading:
    """The statutory term of an appeal."""
    return statutory_term(started_at, *_working_days(decision, placements), decision.rules)


def _working_days(decision: Decision, placements: tuple[Placement, ...]) -> tuple[int, str]:
    """The longest term of the services, with its basis; else the law's default."""
    terms = decision.rules.terms
    passports = [placement.passport for placement in placements]
    longest = max(passports, key=lambda passport: passport.statutory_term, default=None)
    if longest is None:
        return terms.statutory, terms.statutory_basis
    return longest.statutory_term, longest.legal_basis


def _answer_by(decision: Decision, term: ClockReading) -> None:
    """The term that is due first holds for the case: no appeal is answered later than the law allows."""
    clock = decision.state.clock
    if clock is not None and decision.now < term.due_at < clock.due_at:
        decision.emit(ClockRevised(subject=CASE_SUBJECT, previous_due_at=clock.due_at, clock=term))


def _read_term_again(decision: Decision, placements: tuple[Placement, ...]) -> None:
    """The services are known now: the term is theirs, counted from its own beginning."""
    clock = decision.state.clock
    if clock is None or not placements:
        return
    reading = read_again(clock, decision.rules, term=_working_days(decision, placements))
    if reading.due_at != clock.due_at and reading.due_at > decision.now:
        decision.emit(ClockRevised(subject=CASE_SUBJECT, previous_due_at=clock.due_at, clock=reading))


def place_appeal(decision: Decision, command: PlaceAppeal) -> None:
    """Give the appeal of a triage step to the services that the centre's staff found for it."""
    step = decision.state.step(command.step)
    track = decision.state.track(step.track) if step else None
    if step is None or track is None or track.service != TRIAGE:
        refuse(decision, "place.not_triage", "Name a triage step; `vahid case show` lists them.")
    elif step.ended:
        refuse(decision, "place.step_ended", "The appeal was placed or refused already.")
    else:
        services = tuple(placement.passport.code for placement in command.placements)
        decision.emit(AppealPlaced(step=step.key, services=services))
        for kind in _MANUAL_REVIEW:
            settle_of(decision, kind, step.key, "placed")
        _take_term(decision, step, command.placements)
        for placement in command.placements:
            open_track(decision, placement)
