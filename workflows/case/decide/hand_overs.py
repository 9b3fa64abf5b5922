"""How open tracks go from one case to another: split off into a case of their own, or joined. Pure.

Either way this case hands tracks over and the other takes them over. Neither restarts a clock.
"""

import uuid
from collections.abc import Sequence
from typing import Literal

from catalogue.terms import COMMISSION
from schemas.appeals import AppealReceived
from schemas.deadline_events import CASE_SUBJECT
from schemas.frozen import CaseId
from schemas.hand_over_events import (
    HandedStep,
    HandedTask,
    HandedTerm,
    HandedTrack,
    HandOver,
    TracksDelivered,
    TracksHandedOver,
    TracksTakenOver,
)
from schemas.step_events import StepCancelled
from workflows.case.clocks import kept_clocks
from workflows.case.commands import Command, JoinCase, ReportHandOver, SplitCase, TakeOverTracks
from workflows.case.decide.decision import Decision
from workflows.case.decide.information import stop_waiting
from workflows.case.decide.refusals import refuse
from workflows.case.decide.taken_over import Taken
from workflows.case.decide.tasks import raise_task, settle_of
from workflows.case.evolve.terms import levels_reached
from workflows.case.limits import is_full
from workflows.case.state import CaseState, StepState, TaskState, TermState, TrackState

TRACK_HANDED_OVER = "track.handed_over"
"""Why a step is cancelled whose track another case has taken."""


def split_case(decision: Decision, command: SplitCase) -> None:
    """Give some open tracks a case of their own: the same one for every try of the command."""
    tracks = [
        track for key in dict.fromkeys(command.tracks) if (track := decision.state.track(key)) is not None
    ]
    if len(tracks) != len(set(command.tracks)) or any(track.closed for track in tracks):
        refuse(decision, "split.no_open_track", "Name tracks that are not answered yet; `vahid case show`.")
    elif any(track.purpose is not None for track in tracks):
        refuse(decision, "split.not_a_service", "Reviews and instructions stay with what they are about.")
    elif not _are_all_appeals(decision.state, command.appeals):
        refuse(decision, "split.other_appeals", "An appeal came meanwhile: give the command once more.")
    else:
        _hand_over(decision, "split", _derived(decision.state, command, "case"), tracks, command.appeals)


def join_case(decision: Decision, command: JoinCase) -> None:
    """Give all open tracks to another pending case of the same applicant."""
    state = decision.state
    tracks = [track for track in state.tracks if not track.closed]
    if command.into == state.case_id:
        refuse(decision, "join.same_case", "Name another case than the one that shall join it.")
    elif not tracks:
        refuse(decision, "join.nothing_open", "Only a case with a track that is not answered joins another.")
    elif command.applicant is None or command.applicant != state.applicant_index:
        refuse(
            decision, "join.other_applicant", "Name a case of the same person; of both the FIN must be known."
        )
    elif not command.pending:
        refuse(decision, "join.not_pending", "Name a case that is not answered yet; see `vahid case list`.")
    elif is_full(command.appeals_there + len(state.appeals), command.size_there + state.appeals_size):
        refuse(
            decision, "join.too_many_appeals", "Together they have too many appeals: answer each by itself."
        )
    elif not _are_all_appeals(state, command.appeals):
        refuse(decision, "join.other_appeals", "An appeal came meanwhile: give the command once more.")
    else:
        _hand_over(decision, "join", command.into, tracks, command.appeals)


def take_over_tracks(decision: Decision, command: TakeOverTracks) -> None:
    """Open what another case has handed over, under keys of this case, whatever its state is by now."""
    state, hand_over = decision.state, command.hand_over
    begins = state.status != "open"
    names = _names(state, hand_over.tracks)
    taken = Taken(state, hand_over)
    terms = tuple(_renamed_term(term, names) for term in _terms_in(hand_over))
    running = [] if begins else [term.clock for term in state.running_terms]
    decision.emit(
        TracksTakenOver(
            hand_over=hand_over.id,
            from_case=hand_over.from_case,
            opening=state.opening + 1 if begins else None,
            appeals=hand_over.appeals,
            clock=min((*running, *(term.clock for term in terms)), key=lambda clock: clock.due_at),
            terms=terms,
            attachments=hand_over.attachments,
            documents=taken.documents,
            tracks=tuple(_renamed(track, names, hand_over.from_case) for track in taken.tracks),
        )
    )
    for untold in taken.untold:
        raise_task(decision, "undelivered_message", names.get(untold, CASE_SUBJECT))
    for task in taken.tasks:
        subject, earlier = _renamed_subject(task, names), task.earlier or ()
        raise_task(
            decision,
            task.kind,
            subject,
            task.status,
            legal_basis=task.legal_basis,
            earlier=earlier,
            notice=task.notice,
        )


def report_hand_over(decision: Decision, command: ReportHandOver) -> None:
    """Take that the other case has received the hand-over."""
    received = next((given for given in decision.state.hand_overs if given.id == command.hand_over), None)
    if received is None:
        refuse(decision, "hand_over.superseded", "Nothing is to be done: the other case has it already.")
    else:
        decision.emit(TracksDelivered(hand_over=received.id, to_case=received.to_case))


def _are_all_appeals(state: CaseState, appeals: Sequence[AppealReceived]) -> bool:
    """Whether the command has the case's appeals: one may have come since they were looked up."""
    return {appeal.appeal_id for appeal in appeals} == {appeal.appeal_id for appeal in state.appeals}


def _hand_over(
    decision: Decision,
    reason: Literal["join", "split"],
    to_case: CaseId,
    tracks: Sequence[TrackState],
    appeals: tuple[AppealReceived, ...],
) -> None:
    """Hand the tracks over: their agencies are recalled, their open tasks go with them."""
    for step in (step for track in tracks for step in decision.state.steps_of(track.key) if step.running):
        stop_waiting(decision, step, decision.command.received_at)
    state = decision.state
    terms = _handed_terms(state, tracks)
    first = min(terms, key=lambda term: term.clock.due_at)  # an open track is in an open case: a term runs
    steps = [step for track in tracks for step in state.steps_of(track.key)]
    tasks = _tasks_that_go(state, tracks)
    settled = [task for task in tasks if not _stays_also(state, task, tracks)]
    hand_over = HandOver(
        id=_derived(state, decision.command, "hand-over"),
        reason=reason,
        from_case=state.case_id,
        to_case=to_case,
        appeals=appeals,
        clock=first.clock,
        levels_reached=first.levels_reached,
        attachments=state.attachments,
        documents=state.documents or None,
        tracks=tuple(_handed(state, track) for track in tracks),
        tasks=tuple(_handed_task(task) for task in tasks),
        terms=terms,
    )
    decision.emit(TracksHandedOver(hand_over=hand_over))
    for step in steps:
        if not step.ended:
            decision.emit(StepCancelled(step=step.key, reason=TRACK_HANDED_OVER))
    for task in settled:
        settle_of(decision, task.kind, task.subject, "handed_over")


def _derived(state: CaseState, command: Command, what: str) -> CaseId:
    return str(uuid.uuid5(uuid.UUID(state.case_id), f"{what}/{command.id}"))


def _handed_terms(state: CaseState, tracks: Sequence[TrackState]) -> tuple[HandedTerm, ...]:
    """The terms within which the tracks must be answered, as they run."""
    keys = {track.key for track in tracks}
    return tuple(
        HandedTerm(
            term=term.key,
            clock=term.clock,
            levels_reached=levels_reached(state, term),
            tracks=tuple(key for key in term.tracks if key in keys) or tuple(sorted(keys)),
        )
        for term in state.running_terms
        if not term.tracks or keys & set(term.tracks)
    )


def _terms_in(hand_over: HandOver) -> tuple[HandedTerm, ...]:
    """The terms of a hand-over; one for all its tracks where it names none."""
    if hand_over.terms:
        return hand_over.terms
    levels, tracks = hand_over.levels_reached, tuple(track.track for track in hand_over.tracks)
    return (HandedTerm(term=hand_over.id, clock=hand_over.clock, levels_reached=levels, tracks=tracks),)


def _renamed_term(term: HandedTerm, names: dict[str, str]) -> HandedTerm:
    tracks = tuple(names[key] for key in term.tracks)
    return term.model_copy(update={"term": names.get(term.term, term.term), "tracks": tracks})


def _tasks_that_go(state: CaseState, tracks: Sequence[TrackState]) -> tuple[TaskState, ...]:
    """The open tasks about the tracks and their steps, and about the case where its reason goes with them.

    Where no open track is left here, no item of the Commission's agenda is either.
    """
    keys = {track.key for track in tracks}
    keys |= {step.key for track in tracks for step in state.steps_of(track.key)}
    is_left = _is_left(state, tracks)
    goes = _agenda_goes(state, tracks)
    return tuple(
        task
        for task in state.tasks
        if task.decision is None
        and (
            not keys.isdisjoint(task.subject.split("/"))
            or (is_left and task.kind in ("agenda", "inform_applicant"))
            or (task.subject == CASE_SUBJECT and goes)
        )
    )


def _stays_also(state: CaseState, task: TaskState, tracks: Sequence[TrackState]) -> bool:
    """Whether the task is also about what stays in this case."""
    if task.subject != CASE_SUBJECT or _is_left(state, tracks):
        return False
    keys = {track.key for track in tracks}
    return any(_commission_was_told(state, term) and set(term.tracks) - keys for term in state.running_terms)


def _agenda_goes(state: CaseState, tracks: Sequence[TrackState]) -> bool:
    keys = {track.key for track in tracks}
    return any(_commission_was_told(state, term) and keys & set(term.tracks) for term in state.running_terms)


def _commission_was_told(state: CaseState, term: TermState) -> bool:
    reached = levels_reached(state, term)
    return any(level.code in reached and COMMISSION in level.told for level in term.clock.levels)


def _is_left(state: CaseState, tracks: Sequence[TrackState]) -> bool:
    """Whether no other track of the case is open."""
    keys = {track.key for track in tracks}
    return all(track.closed or track.key in keys for track in state.tracks)


def _handed_task(task: TaskState) -> HandedTask:
    return HandedTask(
        kind=task.kind,
        subject=task.subject,
        legal_basis=task.legal_basis,
        earlier=task.earlier or None,
        status=task.status,
        notice=task.notice,
    )


def _renamed_subject(task: HandedTask, names: dict[str, str]) -> str:
    """What the task is about, by its key here; what did not come along is about the whole case."""
    parts = task.subject.split("/")
    if names.keys().isdisjoint(parts):
        return CASE_SUBJECT
    return "/".join(names.get(part, part) for part in parts)


def _handed(state: CaseState, track: TrackState) -> HandedTrack:
    return HandedTrack(
        track=track.key,
        service=track.service,
        lead_agency=track.lead_agency,
        steps=tuple(_handed_step(step) for step in state.steps_of(track.key)),
        passport=track.passport,
        purpose=track.purpose,
        about=track.about,
        sealed=track.sealed,
        objected=track.objected,
        score=track.score,
        suggestions=track.suggestions,
        ground=track.ground,
    )


def _handed_step(step: StepState) -> HandedStep:
    """A running step waits to be sent again by the other case; its clocks run on."""
    known = {name: getattr(step, name) for name in HandedStep.model_fields}
    anew = {
        "status": step.status if step.ended else "waiting",
        "keeps_clocks": step.running or step.keeps_clocks,
        "clock_run": step.clock_run or step.attempt,
        "clocks": kept_clocks(step),
    }
    return HandedStep.model_validate({**known, **anew})


def _names(state: CaseState, tracks: Sequence[HandedTrack]) -> dict[str, str]:
    """The keys in this case by those in the other: of tracks, and of steps."""
    names: dict[str, str] = {}
    for number, track in enumerate(tracks, start=len(state.tracks) + 1):
        names[track.track] = f"t{number}"
        names |= {step.key: f"t{number}.{step.code}" for step in track.steps}
    return names


def _renamed(track: HandedTrack, names: dict[str, str], from_case: CaseId) -> HandedTrack:
    about = track.about
    return track.model_copy(
        update={
            "track": names[track.track],
            "former_track": track.track,
            "about": about and names.get(about, f"{from_case}/{about}"),
            "steps": tuple(_renamed_step(step, names) for step in track.steps),
        }
    )


def _renamed_step(step: HandedStep, names: dict[str, str]) -> HandedStep:
    after = tuple(names[key] for key in step.after)
    return step.model_copy(update={"key": names[step.key], "after": after})
