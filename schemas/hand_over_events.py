"""What happens when tracks go from one case to another: payloads of the events of `schemas.case_events`."""

from typing import Literal

from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived
from schemas.case_lifecycle_events import NoticeKind, TaskKind, TrackPurpose
from schemas.clocks import ClockReading
from schemas.frozen import AgencyId, CaseId, Code, Frozen, Instant, Sealed, Whole
from schemas.passports import Passport
from schemas.step_events import Supplement


class HandedStep(Frozen):
    """A step as it goes with its track: what has ended keeps its end, the rest waits to be sent anew.

    With `keeps_clocks` its `clocks` run on when it is sent; `reached` are the ids of the levels that were
    reached, `clock_run` is the attempt with which the clocks began. Attempts are counted on. `information`
    is what the applicant gave for it, sealed; `lapsed_at` is when their time last ended without it.
    """

    key: str
    code: Code
    agency_id: AgencyId
    after: tuple[str, ...] = ()
    status: Literal["waiting", "fulfilled", "refused", "cancelled"] = "waiting"
    attempt: Whole = 0
    hop: Whole = 0
    clocks: tuple[ClockReading, ...] = ()
    reached: tuple[str, ...] = ()
    clock_run: Whole = 0
    keeps_clocks: bool = False
    ended_by: AssignmentStatus | None = None
    in_time: bool | None = None
    cancelled_for: Code | None = None
    information: tuple[Sealed, ...] = ()
    lapsed_at: Instant | None = None


class HandedTrack(Frozen):
    """An open track as it goes to another case, under the keys of the case whose event this is.

    `former_track` is its key in the case from which it came. `suggestions` and `ground`: see `TrackOpened`.
    """

    track: str
    service: Code
    lead_agency: AgencyId
    steps: tuple[HandedStep, ...]
    passport: Passport | None = None
    purpose: TrackPurpose | None = None
    about: str | None = None
    sealed: Sealed | None = None
    objected: bool = False
    score: Whole | None = None
    former_track: str | None = None
    suggestions: tuple[Code, ...] | None = None
    ground: Code | None = None


class HandedTask(Frozen):
    """A task that is still open about what goes to another case.

    `subject` is a step, a track, a message, or the case. `earlier` are the cases that an appeal seems to
    repeat. `status` is what an agency stated, where that raised it; `notice` what the applicant must still
    learn.
    """

    kind: TaskKind
    subject: str
    legal_basis: str | None = None
    earlier: tuple[CaseId, ...] | None = None
    status: AssignmentStatus | None = None
    notice: NoticeKind | None = None


class HandedTerm(Frozen):
    """A statutory term as it runs, with the `tracks` that must be answered within it.

    `levels_reached` are the codes of its levels that were reached. `term` is the id of the appeal, or the key
    of the track, that has it.
    """

    term: str
    clock: ClockReading
    levels_reached: tuple[Code, ...] = ()
    tracks: tuple[str, ...]


class HandOver(Frozen):
    """Tracks on their way from `from_case` to `to_case`, with everything that the other case needs.

    `terms` are the statutory terms of the tracks, `clock` is the one that is due first, `levels_reached` are
    the codes of its levels that were reached. `documents` are those that were added to the appeals.
    """

    id: CaseId
    reason: Literal["join", "split"]
    from_case: CaseId
    to_case: CaseId
    appeals: tuple[AppealReceived, ...]
    clock: ClockReading
    levels_reached: tuple[Code, ...] = ()
    attachments: tuple[str, ...] = ()
    documents: tuple[Supplement, ...] | None = None
    tracks: tuple[HandedTrack, ...]
    tasks: tuple[HandedTask, ...] = ()
    terms: tuple[HandedTerm, ...] | None = None


class TracksHandedOver(Frozen):
    """Tracks left this case for another, which answers them."""

    type: Literal["az.vahid.tracks.handed_over.v1"] = "az.vahid.tracks.handed_over.v1"
    hand_over: HandOver


class TracksDelivered(Frozen):
    """The other case has received the hand-over."""

    type: Literal["az.vahid.tracks.delivered.v1"] = "az.vahid.tracks.delivered.v1"
    hand_over: CaseId
    to_case: CaseId


class TracksTakenOver(Frozen):
    """Tracks came to this case from another, under keys of its own.

    `opening` is the one that began with it; absent, the case was open. `terms` are the statutory terms that
    came with the tracks, `clock` is the term of the case that is due first from now on. Without `terms`,
    `clock` is the only one, and `reached` are the ids of its levels that count as reached.
    """

    type: Literal["az.vahid.tracks.taken_over.v1"] = "az.vahid.tracks.taken_over.v1"
    hand_over: CaseId
    from_case: CaseId
    opening: Whole | None = None
    appeals: tuple[AppealReceived, ...]
    clock: ClockReading
    reached: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    documents: tuple[Supplement, ...] | None = None
    tracks: tuple[HandedTrack, ...]
    terms: tuple[HandedTerm, ...] | None = None


class CaseHandedOver(Frozen):
    """This opening ended without an answer of its own: other cases took over all of its tracks."""

    type: Literal["az.vahid.case.handed_over.v1"] = "az.vahid.case.handed_over.v1"
    opening: Whole


HandOverEvent = TracksHandedOver | TracksDelivered | TracksTakenOver | CaseHandedOver
"""What happens when tracks move from one case to another."""
