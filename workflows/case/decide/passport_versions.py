"""How a track is migrated to another version of its passport. Pure."""

from schemas.case_lifecycle_events import TrackMigrated
from workflows.case.commands import MigrateTrack
from workflows.case.decide.decision import Decision
from workflows.case.decide.progress import planned_steps
from workflows.case.decide.refusals import refuse


def migrate_track(decision: Decision, command: MigrateTrack) -> None:
    """Let the steps that have not begun follow the new version; those that have, end as they began."""
    track = decision.state.track(command.track)
    passport = command.placement.passport
    if track is None or track.closed or track.passport is None or track.passport.code != passport.code:
        refuse(decision, "migrate.no_open_track", "Name an open track of that service; `vahid case show`.")
    elif track.passport.version == passport.version:
        refuse(decision, "migrate.same_version", "It follows that version already.")
    elif missing := _begun(decision, track.key) - {step.code for step in passport.steps}:
        steps = ", ".join(sorted(missing))
        refuse(decision, "migrate.step_missing", f"The new version lacks a step that has begun: {steps}.")
    else:
        planned = planned_steps(track.key, command.placement)
        decision.emit(TrackMigrated(track=track.key, passport=passport, steps=planned))


def _begun(decision: Decision, track: str) -> set[str]:
    return {step.code for step in decision.state.steps_of(track) if step.attempt or step.ended}
