"""Everything that a case can be asked to do: one class a command, with the actors who may give it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from catalogue.calendar import WorkingCalendar
from schemas.actors import SYSTEM, Actor, ActorKind
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.case_lifecycle_events import Confirmation, NoticeKind, Outcome
from schemas.clocks import ChargedTo
from schemas.frozen import AgencyId, CaseId, Code, Frozen, Instant, Name, Sealed, Whole
from schemas.hand_over_events import HandOver
from schemas.passports import Passport


@dataclass(frozen=True)
class Permission:
    """The kinds of actors who may give a command; all others are refused with `code` and `allowed`."""

    actors: frozenset[ActorKind]
    code: str
    allowed: str


_STAFF: frozenset[ActorKind] = frozenset({"staff"})
_STAFF_AND_COMMISSION: frozenset[ActorKind] = frozenset({"staff", "commission"})
_COMMISSION: frozenset[ActorKind] = frozenset({"commission"})
_FOR_THE_APPLICANT: frozenset[ActorKind] = frozenset({"applicant", "channel", "staff"})
"""The applicant, the channel by which they came, or the staff to whom they spoke."""
_AGENCY_OR_CENTRE: frozenset[ActorKind] = frozenset({"agency", "staff"})
_STAFF_AND_SYSTEM: frozenset[ActorKind] = frozenset({"staff", "system"})
_THE_CASE_ITSELF: frozenset[ActorKind] = frozenset({"system"})


class Command(Frozen):
    """A command, under an id that is the same for every try.

    `received_at` is business time at the point of receipt: it decides what was in time.
    """

    permission: ClassVar[Permission]

    id: str = Field(min_length=1, max_length=200)
    actor: Actor
    received_at: Instant
    traceparent: Name | None = None


class CommandOutcome(Frozen):
    """What became of a command: accepted, or refused with a stable code and what would be allowed.

    `digest` is that of the command's content (`workflows.case.command_identity`); None in old histories.
    """

    accepted: bool
    code: str = "accepted"
    allowed: str = ""
    digest: str | None = None


class Placement(Frozen):
    """A service to be given by a passport; `agencies` names, by step code, the agency that does each step.

    A step whose agency is the centre is triage: the centre must find an agency for it.
    """

    passport: Passport
    agencies: dict[str, AgencyId]


class ManualReview(Frozen):
    """Why a person must review an appeal before it goes to any agency.

    `repeat_appeal`: answered with reasons as often as the law asks, in the cases `earlier`, with nothing new;
    `likely_duplicate`: the same question seems to be pending in the cases `earlier`; `same_person`: it is
    pending there under the same FIN, and nothing confirms that the person is the same.
    """

    kind: Literal["repeat_appeal", "likely_duplicate", "same_person"]
    earlier: tuple[CaseId, ...]
    legal_basis: str | None = None


# What an applicant asks, by a channel or through the centre's staff.


class ReceiveAppeal(Command):
    """Open the case with this appeal, or join it.

    Without placements, or with `manual_review`, the appeal goes to triage. With `joined` it went to that
    case, and this is another one, in which the services of the placements are pending: it opens no case.
    `suggestions` are for who places an appeal in triage, `ground` says why its text was not placed by rule.
    `confirmed_by`: what confirms that it comes from the person of the appeals that are in the case.
    """

    permission = Permission(
        _FOR_THE_APPLICANT,
        "appeal.not_applicant",
        "Only the applicant brings an appeal, by a channel or the staff.",
    )

    kind: Literal["receive_appeal"] = "receive_appeal"
    appeal: AppealReceived
    placements: tuple[Placement, ...] = ()
    manual_review: ManualReview | None = None
    joined: CaseId | None = None
    suggestions: tuple[Code, ...] = ()
    ground: Code | None = None
    confirmed_by: Confirmation | None = None


class AddAttachment(Command):
    """Take a document that was added to an appeal of the case."""

    permission = Permission(
        _FOR_THE_APPLICANT, "attachment.not_applicant", "Only the applicant adds a document to an appeal."
    )

    kind: Literal["add_attachment"] = "add_attachment"
    attachment: AppealSupplemented


class ProvideInformation(Command):
    """Take what the applicant gives because the agency of `step` asked for it."""

    permission = Permission(
        _FOR_THE_APPLICANT,
        "information.not_applicant",
        "Only the applicant, or the centre's staff in their name.",
    )

    kind: Literal["provide_information"] = "provide_information"
    step: str
    sealed: Sealed


class Withdraw(Command):
    """End what the applicant no longer asks for: the track, or everything when none is named."""

    permission = Permission(
        _FOR_THE_APPLICANT, "withdraw.not_applicant", "Only the applicant withdraws, or the staff for them."
    )

    kind: Literal["withdraw"] = "withdraw"
    track: str | None = None


class Object(Command):
    """Contest the answer of a track; `review` names the agency, one up, that reviews it."""

    permission = Permission(
        _FOR_THE_APPLICANT, "object.not_applicant", "Only the applicant objects, or the staff for them."
    )

    kind: Literal["object"] = "object"
    track: str
    review: Placement
    sealed: Sealed | None = None


class RateAnswer(Command):
    """Rate an answer, from 1 (poor) to 5 (good)."""

    permission = Permission(_FOR_THE_APPLICANT, "rate.not_applicant", "Only the applicant rates an answer.")

    kind: Literal["rate_answer"] = "rate_answer"
    track: str
    score: Whole = Field(ge=1, le=5)


# What agencies report, and how sending to them ended.


class ReportStatus(Command):
    """Take what an agency, or the centre for a step of its own, reports about an assignment."""

    permission = Permission(
        _AGENCY_OR_CENTRE,
        "status.not_agency",
        "Only an agency, or the centre's staff, report on an assignment.",
    )

    kind: Literal["report_status"] = "report_status"
    status: AssignmentStatus


class ReportDispatch(Command):
    """Take how one group of attempts to deliver an assignment ended; `reference` is None when it failed."""

    permission = Permission(
        _THE_CASE_ITSELF, "dispatch.not_system", "Only the case itself reports how a dispatch ended."
    )

    kind: Literal["report_dispatch"] = "report_dispatch"
    step: str
    attempt: Whole
    group: Whole
    reference: Name | None = None
    error_code: Code | None = None
    acknowledgement: AssignmentStatus | None = None


class ReportMessage(Command):
    """Take how one group of attempts to send an agency a message ended; without `error_code` it was taken.

    `permanent`: the agency's system takes no such message, so there is no further group.
    """

    permission = Permission(
        _THE_CASE_ITSELF, "message.not_system", "Only the case itself reports how a message ended."
    )

    kind: Literal["report_message"] = "report_message"
    message: str
    group: Whole
    error_code: Code | None = None
    permanent: bool = False


class ReportNotice(Command):
    """Take that no message about the event `about` reached an applicant; `delivered`: that one did after all.

    `subject` is what `notice` is about: a track, a step, or the case.
    """

    permission = Permission(
        _THE_CASE_ITSELF, "notice.not_system", "Only the system itself reports what became of a notice."
    )

    kind: Literal["report_notice"] = "report_notice"
    about: str
    notice: NoticeKind
    subject: str
    delivered: bool = False
    reason: Code | None = None


# What the centre's staff and the Commission command.


class PlaceAppeal(Command):
    """Place the appeal of the triage step `step`."""

    permission = Permission(_STAFF, "place.not_staff", "Only the centre's staff place an appeal.")

    kind: Literal["place_appeal"] = "place_appeal"
    step: str
    placements: tuple[Placement, ...] = Field(min_length=1)


class ReassignStep(Command):
    """Give a step to another agency."""

    permission = Permission(_STAFF, "reassign.not_staff", "Only the centre's staff reassign a step.")

    kind: Literal["reassign_step"] = "reassign_step"
    step: str
    agency_id: AgencyId


class RedispatchStep(Command):
    """Send a step to its agency again, as a new assignment."""

    permission = Permission(_STAFF, "redispatch.not_staff", "Only the centre's staff send a step anew.")

    kind: Literal["redispatch_step"] = "redispatch_step"
    step: str
    reason: Code


class SuspendClock(Command):
    """Suspend the service norm of a step."""

    permission = Permission(_STAFF, "suspend.not_staff", "Only the centre's staff suspend a clock.")

    kind: Literal["suspend_clock"] = "suspend_clock"
    step: str
    charged_to: ChargedTo
    reason: Code


class ResumeClock(Command):
    """Resume the service norm of a step."""

    permission = Permission(_STAFF, "resume.not_staff", "Only the centre's staff resume a clock.")

    kind: Literal["resume_clock"] = "resume_clock"
    step: str


class ExtendTerm(Command):
    """Extend a statutory term by `days` working days; the applicant is notified of the reason.

    `term` is the id of the appeal that has it, or the key of the track; by default the one that is due first.
    """

    permission = Permission(_STAFF, "extend.not_staff", "Only the centre's staff extend a term.")

    kind: Literal["extend_term"] = "extend_term"
    term: str | None = None
    days: Whole = Field(ge=1)
    reason: Code
    sealed_note: Sealed | None = None


class CloseTrack(Command):
    """Answer a track in the centre's name; agencies still at work on it are recalled."""

    permission = Permission(_STAFF, "close.not_staff", "Only the centre's staff close a track.")

    kind: Literal["close_track"] = "close_track"
    track: str
    outcome: Outcome
    reason: Code
    sealed_note: Sealed | None = None


class ReopenTrack(Command):
    """Have the last steps of an answered track done again."""

    permission = Permission(_STAFF, "reopen.not_staff", "Only the centre's staff reopen a track.")

    kind: Literal["reopen_track"] = "reopen_track"
    track: str
    reason: Code


class AnnotateCase(Command):
    """Keep a note in the file."""

    permission = Permission(
        _STAFF_AND_COMMISSION,
        "annotate.not_staff",
        "Only the centre's staff and the Commission annotate a case.",
    )

    kind: Literal["annotate_case"] = "annotate_case"
    sealed_note: Sealed


class MigrateTrack(Command):
    """Let a track follow another version of its passport from now on."""

    permission = Permission(
        _STAFF, "migrate.not_staff", "Only the centre's staff move a track to another version."
    )

    kind: Literal["migrate_track"] = "migrate_track"
    track: str
    placement: Placement


class SettleTask(Command):
    """Decide a task of the centre.

    `confirm`: the end was mistaken and is undone (a correction, two contradictory ends), the appeal is left
    unconsidered (a repeat), the agency knows by other means (a message), a person has told the applicant
    (whose time to answer a question begins then); `dismiss`: nothing changes.
    """

    permission = Permission(_STAFF, "settle.not_staff", "Only the centre's staff settle its tasks.")

    kind: Literal["settle_task"] = "settle_task"
    task: str
    decision: Literal["confirm", "dismiss"]
    sealed_note: Sealed | None = None


class DecideAgendaItem(Command):
    """Decide an item of the Commission's agenda.

    `instruction` names what an agency must do, and by when.
    """

    permission = Permission(_COMMISSION, "decide.not_commission", "Only the Commission decides its agenda.")

    kind: Literal["decide_agenda_item"] = "decide_agenda_item"
    task: str
    instruction: Placement | None = None
    sealed_note: Sealed | None = None


# How tracks go from one case to another.


class SplitCase(Command):
    """Give some open tracks a new case of their own. `appeals` are those of the case, looked up."""

    permission = Permission(_STAFF, "split.not_staff", "Only the centre's staff split a case.")

    kind: Literal["split_case"] = "split_case"
    tracks: tuple[str, ...] = Field(min_length=1)
    appeals: tuple[AppealReceived, ...] = ()


class JoinCase(Command):
    """Give all open tracks of the case to the case `into`.

    `applicant` is the blind index of whose case that is, where it is known; `pending` whether it is open.
    `appeals` are those of the case that joins; `appeals_there` and `size_there` are the number of the other
    case's appeals and of the characters of their contents. All of these are looked up.
    """

    permission = Permission(_STAFF, "join.not_staff", "Only the centre's staff join cases.")

    kind: Literal["join_case"] = "join_case"
    into: CaseId
    applicant: Name | None = None
    pending: bool
    appeals: tuple[AppealReceived, ...] = ()
    appeals_there: Whole = 0
    size_there: Whole = 0


class TakeOverTracks(Command):
    """Take over what another case has handed over."""

    permission = Permission(_THE_CASE_ITSELF, "hand_over.not_system", "Only another case hands tracks over.")

    kind: Literal["take_over_tracks"] = "take_over_tracks"
    hand_over: HandOver


class ReportHandOver(Command):
    """Take that the other case has received a hand-over."""

    permission = Permission(
        _THE_CASE_ITSELF, "hand_over.not_system", "Only the case itself reports a hand-over."
    )

    kind: Literal["report_hand_over"] = "report_hand_over"
    hand_over: CaseId


# What time does to a case.


class FireTimer(Command):
    """Reach every level that is due; `received_at` is the instant for which the timer was set."""

    permission = Permission(_THE_CASE_ITSELF, "timer.not_system", "Only the case's own timer fires.")

    kind: Literal["fire_timer"] = "fire_timer"
    actor: Actor = SYSTEM


class ReviseCalendar(Command):
    """Count the deadlines that are still ahead by another calendar."""

    permission = Permission(
        _STAFF_AND_SYSTEM, "revise.not_staff", "Only the centre's staff revise the calendar."
    )

    kind: Literal["revise_calendar"] = "revise_calendar"
    calendar: WorkingCalendar


AnyCommand = Annotated[
    ReceiveAppeal
    | AddAttachment
    | ProvideInformation
    | Withdraw
    | Object
    | RateAnswer
    | ReportStatus
    | ReportDispatch
    | ReportMessage
    | ReportNotice
    | PlaceAppeal
    | ReassignStep
    | RedispatchStep
    | SuspendClock
    | ResumeClock
    | ExtendTerm
    | CloseTrack
    | ReopenTrack
    | AnnotateCase
    | MigrateTrack
    | SettleTask
    | DecideAgendaItem
    | SplitCase
    | JoinCase
    | TakeOverTracks
    | ReportHandOver
    | FireTimer
    | ReviseCalendar,
    Field(discriminator="kind"),
]
