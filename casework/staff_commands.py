"""What the centre's staff say to a case, as commands. Pure."""

from collections.abc import Sequence
from typing import Literal

from casework.command_context import Said, Saying
from catalogue.routing import Placed
from catalogue.routing import place as placed
from kit.errors import PermanentError
from schemas.agency_statuses import AssignmentStatus
from schemas.case_events import Outcome
from schemas.clocks import ChargedTo
from workflows.case.contracts import (
    CENTRE,
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
    applicant_of,
)

DeskStatus = Literal[
    "acknowledged", "in_progress", "information_requested", "fulfilled", "refused", "corrected", "note"
]


def place(step: str, services: Sequence[str]) -> Saying:
    """Place the appeal of a triage step with services.

    Raises, when said:
        PermanentError: `unknown_service`.
    """

    def say(said: Said) -> PlaceAppeal:
        found = tuple(placement(one) for one in placed(said.catalogue, services, said.district))
        return said.as_command(PlaceAppeal, step=step, placements=found)

    return say


def reassign(step: str, agency_id: str) -> Saying:
    """Give a step to another agency.

    Raises, when said:
        PermanentError: `unknown_agency`.
    """
    return lambda said: said.as_command(
        ReassignStep, step=step, agency_id=said.catalogue.agency(agency_id).id
    )


def redispatch(step: str, reason: str) -> Saying:
    """Have a step sent to its agency anew."""
    return lambda said: said.as_command(RedispatchStep, step=step, reason=reason)


def report(step: str, status: DeskStatus, reason: str | None = None) -> Saying:
    """Report on a step that is with the centre itself.

    Raises, when said:
        PermanentError: `step_unknown`.
    """

    def say(said: Said) -> ReportStatus:
        known = said.case.step(step)
        if known is None:
            raise _unknown("step", step)
        return said.as_command(
            ReportStatus,
            status=AssignmentStatus(
                status_id=said.command_id(ReportStatus),
                agency_id=CENTRE,
                case_id=said.case.case_id,
                step=step,
                attempt=known.attempt,
                status=status,
                raw_code=status,
                occurred_at=said.at,
                received_at=said.at,
                reason_code=reason,
                sealed_note=said.note,
                via="desk",
            ),
        )

    return say


def suspend(step: str, charged_to: ChargedTo, reason: str) -> Saying:
    """Let the service norm of a step stand still, at somebody's charge."""
    return lambda said: said.as_command(SuspendClock, step=step, charged_to=charged_to, reason=reason)


def resume(step: str) -> Saying:
    """Let the service norm of a step run again."""
    return lambda said: said.as_command(ResumeClock, step=step)


def extend(days: int, reason: str) -> Saying:
    """Extend the statutory term by so many working days.

    Raises, when said:
        PermanentError: `unknown_reason`: the applicant is told it, so the catalogue must have words for it.
    """
    return lambda said: said.as_command(
        ExtendTerm, days=days, reason=_told(said, reason), sealed_note=said.note
    )


def close(track: str, outcome: Outcome, reason: str) -> Saying:
    """Answer a track from the desk, whatever its bodies still do.

    Raises, when said:
        PermanentError: `unknown_reason`: it stands in the answer, so the catalogue must have words for it.
    """
    return lambda said: said.as_command(
        CloseTrack, track=track, outcome=outcome, reason=_told(said, reason), sealed_note=said.note
    )


def reopen(track: str, reason: str) -> Saying:
    """Have an answered track worked on again."""
    return lambda said: said.as_command(ReopenTrack, track=track, reason=reason)


def annotate() -> Saying:
    """Keep the note for the file."""
    return lambda said: said.as_command(AnnotateCase, sealed_note=said.note)


def migrate(track: str) -> Saying:
    """Let a track follow the passport of its service as the catalogue has it now.

    Raises, when said:
        PermanentError: `track_unknown`, or `unknown_service`: the service is not given any more.
    """

    def say(said: Said) -> MigrateTrack:
        known = said.case.track(track)
        if known is None:
            raise _unknown("track", track)
        (now,) = placed(said.catalogue, [known.service], said.district)
        return said.as_command(MigrateTrack, track=track, placement=placement(now))

    return say


def settle(task: str, decision: Literal["confirm", "dismiss"]) -> Saying:
    """Decide a task of the centre."""
    return lambda said: said.as_command(SettleTask, task=task, decision=decision, sealed_note=said.note)


def split(tracks: Sequence[str]) -> Saying:
    """Give some open tracks a case of their own."""
    return lambda said: said.as_command(SplitCase, tracks=tuple(tracks))


def join() -> Saying:
    """Give all open tracks to the other case that is spoken of, if it is the same person's.

    Raises, when said:
        PermanentError: `case.unknown`: no other case is spoken of.
    """

    def say(said: Said) -> JoinCase:
        other = said.other
        if other is None:
            raise PermanentError("case.unknown", "Nothing says which case it shall join.")
        return said.as_command(
            JoinCase,
            into=other.case_id,
            applicant=applicant_of(other),
            pending=other.status == "open",
        )

    return say


def placement(found: Placed) -> Placement:
    """What the catalogue found, as a command carries it."""
    return Placement(passport=found.passport, agencies=found.agencies)


def _told(said: Said, reason: str) -> str:
    known = said.catalogue.vocabularies.reasons
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
