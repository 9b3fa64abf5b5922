"""What happens to a case, its appeals and its tracks: payloads of the events of `schemas.case_events`."""

from typing import Literal

from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.clocks import ClockReading
from schemas.frozen import AgencyId, CaseId, Code, Frozen, Sealed, Whole
from schemas.passports import Passport

Outcome = Literal["satisfied", "partly_satisfied", "refused", "withdrawn", "not_competent"]
TrackPurpose = Literal["service", "triage", "review", "instruction"]
TaskKind = Literal[
    "contradictory_ends",
    "correction",
    "repeat_appeal",
    "likely_duplicate",
    "same_person",
    "agenda",
    "undelivered_message",
    "inform_applicant",
]
NoticeKind = Literal[
    "answer", "information", "forwarding", "extension", "term", "delay", "objection", "receipt"
]
"""What an applicant must learn: an answer, a question, who has the appeal, until when, who reviews.

`receipt`: that the appeal was received. It is a task only where a message about it went out and failed.
"""
Confirmation = Literal["contact", "channel"]
"""What confirms that two appeals come from one person: a contact that both have, or channels that check."""


class CaseOpened(Frozen):
    """The first appeal opened the case; `clock` is its statutory term."""

    type: Literal["az.vahid.case.opened.v1"] = "az.vahid.case.opened.v1"
    opening: Whole
    appeal: AppealReceived
    clock: ClockReading


class AppealJoined(Frozen):
    """A later appeal of the same person joined this pending case.

    `clock` is its own statutory term, from its receipt; `tracks` are those at work already that it asks for.
    `confirmed_by` says what confirmed the person; None in histories of before that was asked.
    """

    type: Literal["az.vahid.appeal.joined.v1"] = "az.vahid.appeal.joined.v1"
    appeal: AppealReceived
    clock: ClockReading | None = None
    tracks: tuple[str, ...] | None = None
    confirmed_by: Confirmation | None = None


class AppealShared(Frozen):
    """A later appeal, which joined the case `joined`, also asks for a service that is pending in this case.

    `clock` is its statutory term, which holds here too, for `tracks`: those at work already that it asks for.
    `confirmed_by` as in `AppealJoined`.
    """

    type: Literal["az.vahid.appeal.shared.v1"] = "az.vahid.appeal.shared.v1"
    appeal: AppealReceived
    joined: CaseId
    clock: ClockReading
    tracks: tuple[str, ...] | None = None
    confirmed_by: Confirmation | None = None


class AttachmentAdded(Frozen):
    """A document was added to an appeal of the case; its kind stays sealed.

    `not_sent`: the case has as many documents as agencies are sent; a person informs them of this one.
    """

    type: Literal["az.vahid.attachment.added.v1"] = "az.vahid.attachment.added.v1"
    attachment: AppealSupplemented
    not_sent: bool | None = None


class CaseReopened(Frozen):
    """A closed case is worked on again: a new opening, with a terminal outcome of its own to come.

    `clock` is the term `term`: a new one for new work; one that ran before, where an answer was corrected.
    """

    type: Literal["az.vahid.case.reopened.v1"] = "az.vahid.case.reopened.v1"
    opening: Whole
    reason: Code
    clock: ClockReading
    term: str | None = None


class AppealWithdrawn(Frozen):
    """The applicant no longer asks for these tracks."""

    type: Literal["az.vahid.appeal.withdrawn.v1"] = "az.vahid.appeal.withdrawn.v1"
    tracks: tuple[str, ...]


class ObjectionRaised(Frozen):
    """The applicant contests the answer of a track; the agency one up reviews it, in a track of its own."""

    type: Literal["az.vahid.objection.raised.v1"] = "az.vahid.objection.raised.v1"
    track: str
    sealed: Sealed | None = None


class AnswerRated(Frozen):
    """The applicant rated the answer of a track, from 1 (poor) to 5 (good)."""

    type: Literal["az.vahid.answer.rated.v1"] = "az.vahid.answer.rated.v1"
    track: str
    score: Whole


class CaseAnnotated(Frozen):
    """A note for the file; nobody outside sees it."""

    type: Literal["az.vahid.case.annotated.v1"] = "az.vahid.case.annotated.v1"
    sealed_note: Sealed


class AppealPlaced(Frozen):
    """The centre placed an appeal that no rule could place.

    `tracks` are those at work already that it asks for. `suggestions` were shown beside the choice, in order.
    """

    type: Literal["az.vahid.appeal.placed.v1"] = "az.vahid.appeal.placed.v1"
    step: str
    services: tuple[Code, ...]
    tracks: tuple[str, ...] | None = None
    suggestions: tuple[Code, ...] | None = None


class PlannedStep(Frozen):
    """A step as a track starts with it: its key in the case, and the agency that will do it."""

    key: str
    code: Code
    agency_id: AgencyId
    after: tuple[str, ...] = ()


class TrackOpened(Frozen):
    """A service began to be given, by this passport version, as it stands here whole.

    A triage track has no passport: its one step is the centre's own. `suggestions` are the services that its
    appeal may mean, the likeliest first; `ground` says why its text was not placed by rule. `review` answers
    an objection to the track `about`, `instruction` carries out what the Commission decided; absent, it is a
    service or triage.
    `sealed` is what was written when it was asked for: the objection's grounds, the Commission's own words.
    `terms` name the statutory terms within which it must be answered; absent, all that run. With `clock` it
    has one of its own, under its own key, as a review or an instruction has.
    """

    type: Literal["az.vahid.track.opened.v1"] = "az.vahid.track.opened.v1"
    track: str
    service: Code
    lead_agency: AgencyId
    steps: tuple[PlannedStep, ...]
    passport: Passport | None = None
    purpose: TrackPurpose | None = None
    about: str | None = None
    sealed: Sealed | None = None
    terms: tuple[str, ...] | None = None
    clock: ClockReading | None = None
    suggestions: tuple[Code, ...] | None = None
    ground: Code | None = None


class TrackReopened(Frozen):
    """An answered track is worked on again; its `terms` run on (absent: those that run now)."""

    type: Literal["az.vahid.track.reopened.v1"] = "az.vahid.track.reopened.v1"
    track: str
    reason: Code
    terms: tuple[str, ...] | None = None


class TrackMigrated(Frozen):
    """A track follows a newer version of its passport: `steps` replace those that had not begun."""

    type: Literal["az.vahid.track.migrated.v1"] = "az.vahid.track.migrated.v1"
    track: str
    passport: Passport
    steps: tuple[PlannedStep, ...]


class TaskRaised(Frozen):
    """Something that a person must decide: `before` names who, `subject` the step, message or case.

    `status` is what an agency stated, where that raised it; `legal_basis` the law that leaves it to a person;
    `earlier` are the cases that the appeal seems to repeat; `notice` is what the applicant must still learn.
    """

    type: Literal["az.vahid.task.raised.v1"] = "az.vahid.task.raised.v1"
    task: str
    kind: TaskKind
    before: Literal["centre", "commission"]
    subject: str
    status: AssignmentStatus | None = None
    legal_basis: str | None = None
    earlier: tuple[CaseId, ...] = ()
    notice: NoticeKind | None = None


class TaskSettled(Frozen):
    """A person decided a task."""

    type: Literal["az.vahid.task.settled.v1"] = "az.vahid.task.settled.v1"
    task: str
    decision: Code
    sealed_note: Sealed | None = None


class NoticeUndelivered(Frozen):
    """No message about the event `about` reached an applicant, nor will one be tried again; `reason` of one.

    `subject` is what the notice is about: a track, a step, or the case. The provider may have one that is
    `parked`: its outcome is unknown.
    """

    type: Literal["az.vahid.notice.undelivered.v1"] = "az.vahid.notice.undelivered.v1"
    about: str
    notice: NoticeKind
    subject: str
    reason: Code


class NoticeDelivered(Frozen):
    """A message about the event `about`, of which none was to come any more, went out all the same."""

    type: Literal["az.vahid.notice.delivered.v1"] = "az.vahid.notice.delivered.v1"
    about: str
    notice: NoticeKind
    subject: str


class StepAnswer(Frozen):
    """What one step contributed to an answer."""

    step: str
    agency_id: AgencyId
    status: Literal["fulfilled", "refused", "cancelled", "forwarded"]
    raw_code: str | None = None
    reason_code: Code | None = None
    sealed_note: Sealed | None = None


class TrackAnswered(Frozen):
    """The reasoned reply to a track, composed by its lead agency from its steps' results.

    `reason_code` and `sealed_note` are those of whoever ended it by a command: the applicant, or the centre.
    """

    type: Literal["az.vahid.track.answered.v1"] = "az.vahid.track.answered.v1"
    track: str
    service: Code
    lead_agency: AgencyId
    outcome: Outcome
    legal_basis: str
    results: tuple[StepAnswer, ...]
    reason_code: Code | None = None
    sealed_note: Sealed | None = None


class CaseAnswered(Frozen):
    """All tracks are answered: the terminal outcome of this opening."""

    type: Literal["az.vahid.case.answered.v1"] = "az.vahid.case.answered.v1"
    opening: Whole
    outcome: Outcome
    tracking_numbers: tuple[str, ...]
    in_time: bool


class CommandRefused(Frozen):
    """A command that was not allowed; `allowed` is a sentence on what would be."""

    type: Literal["az.vahid.command.refused.v1"] = "az.vahid.command.refused.v1"
    command: str
    code: Code
    allowed: str


LifecycleEvent = (
    CaseOpened
    | AppealJoined
    | AppealShared
    | AttachmentAdded
    | CaseReopened
    | AppealPlaced
    | TrackOpened
    | CommandRefused
    | TrackAnswered
    | CaseAnswered
    | AnswerRated
    | AppealWithdrawn
    | CaseAnnotated
    | ObjectionRaised
    | TaskRaised
    | TaskSettled
    | NoticeUndelivered
    | NoticeDelivered
    | TrackMigrated
    | TrackReopened
)
"""What opens, answers and otherwise changes a case and its tracks."""
