"""What ends a track without its agencies, or follows its answer. Pure."""

from datetime import datetime

from schemas.case_lifecycle_events import AnswerRated, AppealWithdrawn, ObjectionRaised, TrackAnswered
from schemas.step_events import StepCancelled
from workflows.case.commands import CloseTrack, Object, RateAnswer, ReopenTrack, Withdraw
from workflows.case.decide.decision import Decision
from workflows.case.decide.progress import TRACK_CLOSED, WITHDRAWN, results_of
from workflows.case.decide.refusals import refuse
from workflows.case.decide.tasks import open_track_with_term, restore
from workflows.case.decide.tasks import reopen_track as reopen
from workflows.case.state import TrackState


def withdraw(decision: Decision, command: Withdraw) -> None:
    """End what the applicant no longer asks for; the agencies that work on it are recalled."""
    named = [track for track in decision.state.tracks if command.track in (None, track.key)]
    open_tracks = [track.key for track in named if not track.closed]
    if not open_tracks:
        refuse(decision, "withdraw.nothing_open", "Name a track that is not answered yet; `vahid case show`.")
    else:
        decision.emit(AppealWithdrawn(tracks=tuple(open_tracks)))
        for key in open_tracks:
            _cancel_steps(decision, key, WITHDRAWN)


def close_track(decision: Decision, command: CloseTrack) -> None:
    """Answer a track in the centre's name, whatever its agencies still do."""
    track = decision.state.track(command.track)
    if track is None or track.closed:
        refuse(decision, "close.not_open", "Name a track that is not answered yet; `vahid case show`.")
    else:
        _cancel_steps(decision, track.key, TRACK_CLOSED)
        basis = track.passport.legal_basis if track.passport else decision.rules.terms.statutory_basis
        decision.emit(
            TrackAnswered(
                track=track.key,
                service=track.service,
                lead_agency=track.lead_agency,
                outcome=command.outcome,
                legal_basis=basis,
                results=results_of(decision.state.steps_of(track.key)),
                reason_code=command.reason,
                sealed_note=command.sealed_note,
            )
        )


def object_to_answer(decision: Decision, command: Object) -> None:
    """Have an answer reviewed one agency up, once, within the window that runs from the answer alone."""
    track = decision.state.track(command.track)
    if track is None or track.outcome is None or track.answered_at is None:
        refuse(decision, "object.not_answered", "Name a track that was answered; `vahid case show`.")
    elif track.objected or track.purpose == "review":
        refuse(
            decision, "object.reviewed_already", "An answer is reviewed once; go to court against the review."
        )
    elif not _within(decision, track.answered_at, decision.rules.terms.objection_window):
        refuse(decision, "object.too_late", _window("An objection", decision.rules.terms.objection_window))
    else:
        decision.emit(ObjectionRaised(track=track.key, sealed=command.sealed))
        terms = decision.rules.terms
        days = terms.review, terms.review_basis
        open_track_with_term(decision, command.review, "review", track.key, command.sealed, days)


def reopen_track(decision: Decision, command: ReopenTrack) -> None:
    """Have the last steps of an answered track done again, as new assignments of their agencies."""
    track = decision.state.track(command.track)
    if track is None or track.outcome is None or track.answered_at is None:
        refuse(decision, "reopen.not_answered", "Name a track that was answered; `vahid case show`.")
    elif not _within(decision, track.answered_at, decision.rules.terms.reopening_window):
        refuse(decision, "reopen.too_late", _window("A track", decision.rules.terms.reopening_window))
    else:
        reopen(decision, track.key, command.reason)
        _restore_last_steps(decision, track)


def rate_answer(decision: Decision, command: RateAnswer) -> None:
    """Keep how good the applicant found an answer, once."""
    track = decision.state.track(command.track)
    if track is None or track.outcome is None:
        refuse(decision, "rate.not_answered", "Name a track that was answered; `vahid case show`.")
    elif track.score is not None:
        refuse(decision, "rate.rated_already", "An answer is rated once.")
    else:
        decision.emit(AnswerRated(track=track.key, score=command.score))


def _cancel_steps(decision: Decision, track: str, reason: str) -> None:
    for step in decision.state.steps_of(track):
        if not step.ended:
            decision.emit(StepCancelled(step=step.key, reason=reason))


def _restore_last_steps(decision: Decision, track: TrackState) -> None:
    """The steps that no other waits for, and, where one of those was cancelled, what had stopped it."""
    steps = decision.state.steps_of(track.key)
    followed = {earlier for step in steps for earlier in step.after}
    ends = {step.key for step in steps if step.key not in followed or step.status != "fulfilled"}
    for step in steps:
        if step.key in ends:
            restore(decision, step, "track.reopened")


def _within(decision: Decision, since: datetime, working_days: int) -> bool:
    return decision.command.received_at <= decision.rules.calendar.due_at(since, working_days)


def _window(what: str, working_days: int) -> str:
    return f"{what} comes within {working_days} working days of the answer; send a new appeal."
