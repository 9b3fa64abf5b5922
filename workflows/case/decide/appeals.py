"""How a case takes appeals: the first opens it, later ones join it, staff place what no rule did. Pure."""

from schemas.case_lifecycle_events import AppealJoined, AppealPlaced, AppealShared, CaseOpened, TaskKind
from schemas.deadline_events import CASE_SUBJECT, ClockRevised
from workflows.case.clocks import read_again, statutory_term
from workflows.case.commands import PlaceAppeal, Placement, ReceiveAppeal
from workflows.case.decide.decision import Decision
from workflows.case.decide.progress import open_track, open_track_of, open_triage
from workflows.case.decide.refusals import refuse
from workflows.case.decide.tasks import raise_task, reopen_case, settle_of
from workflows.case.decide.terms import name_of
from workflows.case.limits import has_space_for_services
from workflows.case.rules import TRIAGE
from workflows.case.state import CaseState

_MANUAL_REVIEW: tuple[TaskKind, ...] = ("repeat_appeal", "likely_duplicate", "same_person")
"""The tasks of a person who must review an appeal before it is placed."""


def receive_appeal(decision: Decision, command: ReceiveAppeal) -> None:
    """Open the case, or join it; an answered case is opened again.

    The appeal has a term of its own, from its receipt. Where a hand-over has brought that already, it stays.
    Services for which the case has no space are placed by a person, in a case of their own.
    """
    state, appeal = decision.state, command.appeal
    known = state.term(appeal.appeal_id)
    days = _working_days(decision, command.placements)
    clock = known.clock if known else statutory_term(command.received_at, *days, decision.rules)
    placements = () if command.manual_review is not None else _that_fit(state, command.placements)
    if state.status == "none":
        decision.emit(CaseOpened(opening=1, appeal=appeal, clock=clock))
    else:
        if state.ended:
            reopen_case(decision, "appeal.joined", clock, appeal.appeal_id)
        tracks, confirmed_by = _at_work_already(decision.state, placements), command.confirmed_by
        if command.joined is None:
            decision.emit(AppealJoined(appeal=appeal, clock=clock, tracks=tracks, confirmed_by=confirmed_by))
        else:
            decision.emit(
                AppealShared(
                    appeal=appeal,
                    joined=command.joined,
                    clock=clock,
                    tracks=tracks,
                    confirmed_by=confirmed_by,
                )
            )
    terms = (appeal.appeal_id,)
    for placement in placements:
        open_track(decision, placement, terms=terms)
    if command.manual_review is not None:
        found = tuple(placement.passport.code for placement in command.placements)
        step = open_triage(decision, terms, command.suggestions or found, command.ground)
        review = command.manual_review
        raise_task(decision, review.kind, step, legal_basis=review.legal_basis, earlier=review.earlier)
    elif placements != command.placements or not placements:
        left = tuple(each.passport.code for each in command.placements if each not in placements)
        open_triage(decision, terms, left or command.suggestions, command.ground)


def _that_fit(state: CaseState, placements: tuple[Placement, ...]) -> tuple[Placement, ...]:
    """Those whose tracks are open, and where the case has space for all of the others these too."""
    new = [placement for placement in placements if open_track_of(state, placement.passport.code) is None]
    if has_space_for_services(state, len(new)):
        return placements
    return tuple(placement for placement in placements if placement not in new)


def _at_work_already(state: CaseState, placements: tuple[Placement, ...]) -> tuple[str, ...] | None:
    """The open tracks of the services that are asked for; None where there is none."""
    tracks = (open_track_of(state, placement.passport.code) for placement in placements)
    return tuple(track.key for track in tracks if track is not None) or None


def _working_days(decision: Decision, placements: tuple[Placement, ...]) -> tuple[int, str]:
    """The longest term of the services, with its basis; else the law's default."""
    terms = decision.rules.terms
    passports = [placement.passport for placement in placements]
    longest = max(passports, key=lambda passport: passport.statutory_term, default=None)
    if longest is None:
        return terms.statutory, terms.statutory_basis
    return longest.statutory_term, longest.legal_basis


def _read_terms_again(decision: Decision, triage: str, placements: tuple[Placement, ...]) -> None:
    """The services of an appeal are known now: its term is theirs, counted from its own beginning.

    A term that holds for other tracks too stays as it is.
    """
    for term in decision.state.running_terms:
        if term.tracks != (triage,):
            continue
        days = _working_days(decision, placements)
        reading = read_again(term.clock, decision.rules, term=days)
        previous = term.clock.due_at
        if reading.due_at != previous and reading.due_at > decision.now:
            name = name_of(decision.state, term)
            decision.emit(
                ClockRevised(subject=CASE_SUBJECT, previous_due_at=previous, clock=reading, term=name)
            )


def place_appeal(decision: Decision, command: PlaceAppeal) -> None:
    """Give the appeal of a triage step to the services that the centre's staff found for it."""
    step = decision.state.step(command.step)
    track = decision.state.track(step.track) if step else None
    if step is None or track is None or track.service != TRIAGE:
        refuse(decision, "place.not_triage", "Name a triage step; `vahid case show` lists them.")
    elif step.ended:
        refuse(decision, "place.step_ended", "The appeal was placed or refused already.")
    elif _that_fit(decision.state, command.placements) != command.placements:
        allowed = "Split its track off into a case of its own, and place it there."
        refuse(decision, "place.too_many_services", allowed)
    else:
        terms = tuple(term.key for term in decision.state.running_terms if track.key in term.tracks)
        if command.placements:
            _read_terms_again(decision, track.key, command.placements)
        services = tuple(placement.passport.code for placement in command.placements)
        tracks = _at_work_already(decision.state, command.placements)
        decision.emit(
            AppealPlaced(step=step.key, services=services, tracks=tracks, suggestions=track.suggestions)
        )
        for kind in _MANUAL_REVIEW:
            settle_of(decision, kind, step.key, "placed")
        for placement in command.placements:
            open_track(decision, placement, terms=terms)
