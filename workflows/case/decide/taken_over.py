"""What a case has space for of what another one hands over. Pure.

The rest stands in the other case's ledger, and a person is asked to pass it on.
"""

from schemas.hand_over_events import HandedStep, HandedTask, HandedTrack, HandOver
from schemas.step_events import Supplement
from workflows.case.limits import (
    fitting_documents,
    fitting_information,
    has_space_for_note,
    has_space_for_words,
)
from workflows.case.state import CaseState, StepState, TaskState, TrackState


class Taken:
    """The parts of a hand-over that the case keeps; `untold` are the keys there of what lost something."""

    def __init__(self, state: CaseState, hand_over: HandOver) -> None:
        self._state = state
        self.untold: list[str] = []
        self.tracks = tuple(self._track(track) for track in hand_over.tracks)
        self.tasks = tuple(self._task(task) for task in hand_over.tasks)
        self.documents = self._documents(hand_over.documents or ())

    def _track(self, track: HandedTrack) -> HandedTrack:
        steps = tuple(self._step(step) for step in track.steps)
        sealed = track.sealed
        if sealed is not None and not has_space_for_words(self._state, sealed):
            self.untold.append(track.track)
            sealed = None
        kept = TrackState(
            key=track.track, service=track.service, lead_agency=track.lead_agency, opening=0, sealed=sealed
        )
        self._state = self._state.model_copy(update={"tracks": (*self._state.tracks, kept)})
        return track.model_copy(update={"steps": steps, "sealed": sealed})

    def _step(self, step: HandedStep) -> HandedStep:
        information = fitting_information(self._state, step.information)
        ended_by = step.ended_by
        if ended_by is not None and not has_space_for_note(self._state, ended_by.sealed_note):
            ended_by = ended_by.model_copy(update={"sealed_note": None})
        if (information, ended_by) != (step.information, step.ended_by):
            self.untold.append(step.key)
        kept = StepState(
            key=step.key,
            track="",
            code=step.code,
            agency_id=step.agency_id,
            information=information,
            ended_by=ended_by,
        )
        self._state = self._state.model_copy(update={"steps": (*self._state.steps, kept)})
        return step.model_copy(update={"information": information, "ended_by": ended_by})

    def _task(self, task: HandedTask) -> HandedTask:
        if task.status is None:
            return task
        if not has_space_for_note(self._state, task.status.sealed_note):
            self.untold.append(task.subject)
            task = task.model_copy(update={"status": task.status.model_copy(update={"sealed_note": None})})
        kept = TaskState(id="", kind=task.kind, before="centre", subject=task.subject, status=task.status)
        self._state = self._state.model_copy(update={"tasks": (*self._state.tasks, kept)})
        return task

    def _documents(self, documents: tuple[Supplement, ...]) -> tuple[Supplement, ...] | None:
        new = tuple(known for known in documents if self._state.document(known.id) is None)
        kept = fitting_documents(self._state, new)
        if kept != new:
            self.untold.append("")
        left_out = set(new) - set(kept)
        return tuple(known for known in documents if known not in left_out) or None
