"""The commands of the centre's staff. Pure."""

from collections.abc import Sequence
from typing import Literal

from casework.commands.context import CommandBuilder, CommandContext, placement
from casework.errors import GIVE_CASE, unknown_reason
from catalogue.routing import assign_agencies
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

    The builder raises:
        PermanentError: `unknown_service`.
    """

    def build(context: CommandContext) -> PlaceAppeal:
        found = tuple(
            placement(service) for service in assign_agencies(context.catalogue, services, context.district)
        )
        return context.as_command(PlaceAppeal, step=step, placements=found)

    return build


def reassign(step: str, agency_id: str) -> CommandBuilder:
    """Give a step to another agency.

    The builder raises:
        PermanentError: `unknown_agency`.
    """
    return lambda context: context.as_command(
        ReassignStep, step=step, agency_id=context.catalogue.agency(agency_id).id
    )


def redispatch(step: str, reason: str) -> CommandBuilder:
    """Send a step to its agency anew."""
    return lambda context: context.as_command(RedispatchStep, step=step, reason=reason)


def report(step: str, status: CentreStatus, reason: str | None = None) -> CommandBuilder:
    """Report on a step that is with the centre itself.

    The builder raises:
        PermanentError: `step_unknown`.
    """

    def build(context: CommandContext) -> ReportStatus:
        known = context.step(step)
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
                via="casework",
            ),
        )

    return build


def suspend(step: str, charged_to: ChargedTo, reason: str) -> CommandBuilder:
    """Suspend the service norm of a step, and say to whom the days are charged."""
    return lambda context: context.as_command(SuspendClock, step=step, charged_to=charged_to, reason=reason)


def resume(step: str) -> CommandBuilder:
    """Resume the service norm of a step."""
    return lambda context: context.as_command(ResumeClock, step=step)


def extend(days: int, reason: str, appeal: str | None = None) -> CommandBuilder:
    """Extend a statutory term by so many working days.

    It is that of the `appeal` with this tracking number, or of the review or instruction with this track; by
    default the one that is due first.

    The builder raises:
        PermanentError: `unknown_reason`: the applicant reads it, so the catalogue must have a text for it.
    """
    return lambda context: context.as_command(
        ExtendTerm,
        term=_term_of(context, appeal),
        days=days,
        reason=_reason_with_text(context, reason),
        sealed_note=context.note,
    )


def _term_of(context: CommandContext, appeal: str | None) -> str | None:
    """The key of the term: the id of the appeal with that tracking number, else what was given."""
    brought = (known.appeal_id for known in context.case.appeals if known.tracking_number == appeal)
    return next(brought, appeal)


def close(track: str, outcome: Outcome, reason: str) -> CommandBuilder:
    """Answer a track from the centre, whatever its agencies still do.

    The builder raises:
        PermanentError: `unknown_reason`: it stands in the answer, so the catalogue must have a text for it.
    """
    return lambda context: context.as_command(
        CloseTrack,
        track=track,
        outcome=outcome,
        reason=_reason_with_text(context, reason),
        sealed_note=context.note,
    )


def reopen(track: str, reason: str) -> CommandBuilder:
    """Reopen an answered track."""
    return lambda context: context.as_command(ReopenTrack, track=track, reason=reason)


def annotate() -> CommandBuilder:
    """Add the note to the case, for the staff alone."""
    return lambda context: context.as_command(AnnotateCase, sealed_note=context.note)


def migrate(track: str) -> CommandBuilder:
    """Move a track to the present version of its passport.

    The builder raises:
        PermanentError: `track_unknown`, or `unknown_service`: the catalogue has that service no more.
    """

    def build(context: CommandContext) -> MigrateTrack:
        known = context.track(track)
        (now,) = assign_agencies(context.catalogue, [known.service], context.district)
        return context.as_command(MigrateTrack, track=track, placement=placement(now))

    return build


def settle(task: str, decision: Literal["confirm", "dismiss"]) -> CommandBuilder:
    """Confirm or dismiss a task of the centre."""
    return lambda context: context.as_command(
        SettleTask, task=task, decision=decision, sealed_note=context.note
    )


def split(tracks: Sequence[str]) -> CommandBuilder:
    """Move some open tracks to a case of their own."""
    return lambda context: context.as_command(SplitCase, tracks=tuple(tracks), appeals=context.appeals)


def join() -> CommandBuilder:
    """Move all open tracks to the context's other case, if it is the same person's.

    The builder raises:
        PermanentError: `case.unknown`: the context has no other case.
    """

    def build(context: CommandContext) -> JoinCase:
        other = context.other
        if other is None:
            raise PermanentError("case.unknown", "No case to join was given.", remedy=GIVE_CASE)
        return context.as_command(
            JoinCase,
            into=other.case_id,
            applicant=other.applicant_index,
            pending=other.status == "open",
            appeals=context.appeals,
            appeals_there=len(other.appeals),
            size_there=other.appeals_size,
        )

    return build


def _reason_with_text(context: CommandContext, reason: str) -> str:
    """A reason that the applicant is to read: the catalogue must have a text for it."""
    known = context.catalogue.vocabularies.reasons
    if reason not in known:
        raise unknown_reason(reason, known)
    return reason
