"""What follows an answer, or stands in its place: withdrawal, closing, objection, reopening, rating. Pure."""

from datetime import datetime

from schemas.case_events import (
    AnswerRated,
    AppealWithdrawn,
    ObjectionRaised,
    StepCancelled,
    TrackAnswered,
)
from workflows.case.commands import CloseTrack, Object, RateAnswer, ReopenTrack, Withdraw
from workflows.case.decide.decision import Turn
from workflows.case.decide.progress import WITHDRAWN, open_track, results_of
from workflows.case.decide.refusals import refuse
from workflows.case.decide.tasks import reopen_case, restore
from workflows.case.decide.tasks import reopen_track as reopen
from workflows.case.state import TrackState

_FOR_THE_APPLICANT = ("applicant", "channel", "staff")
"""Who may speak for the applicant: they themselves, the channel they came by, the staff they spoke to."""


def withdraw(turn: Turn, command: Withdraw) -> None:
    """End what the applicant asks for no more; the bodies that work on it are recalled."""
    named = [track for track in turn.state.tracks if command.track in (None, track.key)]
    open_ones = [track.key for track in named if not track.closed]
    if command.actor.kind not in _FOR_THE_APPLICANT:
        refuse(
            turn,
            "withdraw.not_applicant",
            "Only the applicant withdraws, or the staff for them.",
        )
    elif not open_ones:
        refuse(turn, "withdraw.nothing_open", "Name a track that is not answered yet; `vahid case show`.")
    else:
        turn.happens(AppealWithdrawn(tracks=tuple(open_ones)))
        for key in open_ones:
            _cancel_steps(turn, key, WITHDRAWN)


def close_track(turn: Turn, command: CloseTrack) -> None:
    """Answer a track from the centre's desk, whatever its bodies still do."""
    track = turn.state.track(command.track)
    if track is None or track.closed:
        refuse(turn, "close.not_open", "Name a track that is not answered yet; `vahid case show`.")
    elif command.actor.kind != "staff":
        refuse(turn, "close.not_staff", "Only the centre's staff close a track.")
    else:
        _cancel_steps(turn, track.key, "track.closed")
        basis = track.passport.legal_basis if track.passport else turn.rules.terms.statutory_basis
        turn.happens(
            TrackAnswered(
                track=track.key,
                service=track.service,
                lead_agency=track.lead_agency,
                outcome=command.outcome,
                legal_basis=basis,
                results=results_of(turn.state.steps_of(track.key)),
                reason_code=command.reason,
                sealed_note=command.sealed_note,
            )
        )


def object_to_answer(turn: Turn, command: Object) -> None:
    """Have an answer reviewed one body up, once, within the window that runs from the answer alone."""
    track = turn.state.track(command.track)
    if command.actor.kind not in _FOR_THE_APPLICANT:
        refuse(turn, "object.not_applicant", "Only the applicant objects, or the staff for them.")
    elif track is None or track.outcome is None or track.answered_at is None:
        refuse(turn, "object.not_answered", "Name a track that was answered; `vahid case show`.")
    elif track.objected or track.purpose == "review":
        refuse(turn, "object.reviewed_already", "An answer is reviewed once; go to court against the review.")
    elif not _within(turn, track.answered_at, turn.rules.terms.objection_window):
        refuse(turn, "object.too_late", _window("An objection", turn.rules.terms.objection_window))
    else:
        turn.happens(ObjectionRaised(track=track.key, sealed=command.sealed))
        reopen_case(turn, "objection")
        open_track(turn, command.review, "review", track.key, command.sealed)


def reopen_track(turn: Turn, command: ReopenTrack) -> None:
    """Have the last steps of an answered track done again, as new assignments of their bodies."""
    track = turn.state.track(command.track)
    if command.actor.kind != "staff":
        refuse(turn, "reopen.not_staff", "Only the centre's staff reopen a track.")
    elif track is None or track.outcome is None or track.answered_at is None:
        refuse(turn, "reopen.not_answered", "Name a track that was answered; `vahid case show`.")
    elif not _within(turn, track.answered_at, turn.rules.terms.reopening_window):
        refuse(turn, "reopen.too_late", _window("A track", turn.rules.terms.reopening_window))
    else:
        reopen(turn, track.key, command.reason)
        _restore_last_steps(turn, track)


def rate_answer(turn: Turn, command: RateAnswer) -> None:
    """Keep how good the applicant found an answer, once."""
    track = turn.state.track(command.track)
    if command.actor.kind not in _FOR_THE_APPLICANT:
        refuse(turn, "rate.not_applicant", "Only the applicant rates an answer.")
    elif track is None or track.outcome is None:
        refuse(turn, "rate.not_answered", "Name a track that was answered; `vahid case show`.")
    elif track.score is not None:
        refuse(turn, "rate.rated_already", "An answer is rated once.")
    else:
        turn.happens(AnswerRated(track=track.key, score=command.score))


def _cancel_steps(turn: Turn, track: str, reason: str) -> None:
    for step in turn.state.steps_of(track):
        if not step.ended:
            turn.happens(StepCancelled(step=step.key, reason=reason))


def _restore_last_steps(turn: Turn, track: TrackState) -> None:
    """The steps that no other waits for, and, where one of those was cancelled, what had stopped it."""
    steps = turn.state.steps_of(track.key)
    followed = {earlier for step in steps for earlier in step.after}
    ends = {step.key for step in steps if step.key not in followed or step.status != "fulfilled"}
    for step in steps:
        if step.key in ends:
            restore(turn, step, "track.reopened")


def _within(turn: Turn, since: datetime, working_days: int) -> bool:
    return turn.command.received_at <= turn.rules.calendar.due_at(since, working_days)


def _window(what: str, working_days: int) -> str:
    return f"{what} comes within {working_days} working days of the answer; send a new appeal."
