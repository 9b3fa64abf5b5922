"""What the centre's staff say to a case, as commands. Pure."""

from collections.abc import Sequence
from typing import Literal

from casework.command_context import CommandBuilder, CommandContext
from catalogue.routing import Placed
from catalogue.routing import place as placed
from catalogue.terms import CENTRE
from kit.errors import PermanentError
from schemas.agency_statuses import AssignmentStatus
from schemas.case_lifecycle_events import Outcome
from schemas.clocks import ChargedTo
from workflows.case.commands import (
    AnnotateCase,
    CloseTrack,
    ExtendTerm,
    JoinCase,
    MigrateTrack,
    PlaceAppeal,
    Placement,
    ReassignStep,
    RedispatchStep,
    ReopenTrack,
    ReportStatus,
    ResumeClock,
    SettleTask,
    SplitCase,
    SuspendClock,
)

CentreStatus = Literal[
    "acknowledged", "in_progress", "information_requested", "fulfilled", "refused", "corrected", "note"
]


def place(step: str, services: Sequence[str]) -> CommandBuilder:
    """Place the appeal of a triage step with services.

    Raises, when said:
        PermanentError: `unknown_service`.
    """

    def build(context: CommandContext) -> PlaceAppeal:
        found = tuple(placement(one) for one in placed(context.catalogue, services, context.district))
        return context.as_command(PlaceAppeal, step=step, placements=found)

    return build


def reassign(step: str, agency_id: str) -> CommandBuilder:
    """Give a step to another agency.

    Raises, when said:
        PermanentError: `unknown_agency`.
    """
    return lambda context: context.as_command(
        ReassignStep, step=step, agency_id=context.catalogue.agency(agency_id).id
    )


def redispatch(step: str, reason: str) -> CommandBuilder:
    """Have a step sent to its agency anew."""
    return lambda context: context.as_command(RedispatchStep, step=step, reason=reason)


def report(step: str, status: CentreStatus, reason: str | None = None) -> CommandBuilder:
    """Report on a step that is with the centre itself.

    Raises, when said:
        PermanentError: `step_unknown`.
    """

    def build(context: CommandContext) -> ReportStatus:
        known = context.case.step(step)
        if known is None:
            raise _unknown("step", step)
        return context.as_command(
            ReportStatus,
            status=AssignmentStatus(
                status_id=context.command_id(ReportStatus),
                agency_id=CENTRE,
                case_id=context.case.case_id,
                step=step,
                attempt=known.attempt,
                status=status,
                raw_code=status,
                occurred_at=context.at,
                received_at=context.at,
                reason_code=reason,
                sealed_note=context.note,
                via="desk",
            ),
        )

    return build


def suspend(step: str, charged_to: ChargedTo, reason: str) -> CommandBuilder:
    """Let the service norm of a step stand still, at somebody's charge."""
    return lambda context: context.as_command(SuspendClock, step=step, charged_to=charged_to, reason=reason)


def resume(step: str) -> CommandBuilder:
    """Let the service norm of a step run again."""
    return lambda context: context.as_command(ResumeClock, step=step)


def extend(days: int, reason: str) -> CommandBuilder:
    """Extend the statutory term by so many working days.

    Raises, when said:
        PermanentError: `unknown_reason`: the applicant is told it, so the catalogue must have words for it.
    """
    return lambda context: context.as_command(
        ExtendTerm, days=days, reason=_reason_with_words(context, reason), sealed_note=context.note
    )


def close(track: str, outcome: Outcome, reason: str) -> CommandBuilder:
    """Answer a track from the desk, whatever its agencies still do.

    Raises, when said:
        PermanentError: `unknown_reason`: it stands in the answer, so the catalogue must have words for it.
    """
    return lambda context: context.as_command(
        CloseTrack,
        track=track,
        outcome=outcome,
        reason=_reason_with_words(context, reason),
        sealed_note=context.note,
    )


def reopen(track: str, reason: str) -> CommandBuilder:
    """Have an answered track worked on again."""
    return lambda context: context.as_command(ReopenTrack, track=track, reason=reason)


def annotate() -> CommandBuilder:
    """Keep the note for the file."""
    return lambda context: context.as_command(AnnotateCase, sealed_note=context.note)


def migrate(track: str) -> CommandBuilder:
    """Let a track follow the passport of its service as the catalogue has it now.

    Raises, when said:
        PermanentError: `track_unknown`, or `unknown_service`: the service is not given any more.
    """

    def build(context: CommandContext) -> MigrateTrack:
        known = context.case.track(track)
        if known is None:
            raise _unknown("track", track)
        (now,) = placed(context.catalogue, [known.service], context.district)
        return context.as_command(MigrateTrack, track=track, placement=placement(now))

    return build


def settle(task: str, decision: Literal["confirm", "dismiss"]) -> CommandBuilder:
    """Decide a task of the centre."""
    return lambda context: context.as_command(
        SettleTask, task=task, decision=decision, sealed_note=context.note
    )


def split(tracks: Sequence[str]) -> CommandBuilder:
    """Give some open tracks a case of their own."""
    return lambda context: context.as_command(SplitCase, tracks=tuple(tracks))


def join() -> CommandBuilder:
    """Give all open tracks to the other case that is spoken of, if it is the same person's.

    Raises, when said:
        PermanentError: `case.unknown`: no other case is spoken of.
    """

    def build(context: CommandContext) -> JoinCase:
        other = context.other
        if other is None:
            raise PermanentError("case.unknown", "Nothing says which case it shall join.")
        return context.as_command(
            JoinCase,
            into=other.case_id,
            applicant=other.applicant_index,
            pending=other.status == "open",
        )

    return build


def placement(found: Placed) -> Placement:
    """What the catalogue found, as a command carries it."""
    return Placement(passport=found.passport, agencies=found.agencies)


def _reason_with_words(context: CommandContext, reason: str) -> str:
    known = context.catalogue.vocabularies.reasons
    if reason not in known:
        raise PermanentError(
            "unknown_reason",
            f"the catalogue has no reason {reason!r} to tell an applicant.",
            remedy=f"Known: {', '.join(sorted(known))}.",
        )
    return reason


def _unknown(what: str, key: str) -> PermanentError:
    remedy = "`vahid case show` names them."
    return PermanentError(f"{what}_unknown", f"The case has no {what} {key!r}.", remedy=remedy)
