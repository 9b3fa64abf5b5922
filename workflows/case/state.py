"""The folded state of a case: what `evolve` makes of its events. Small, frozen, serialisable."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from ledger.chain import GENESIS
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived, NoticeChannel
from schemas.case_lifecycle_events import NoticeKind, Outcome, TaskKind, TrackPurpose
from schemas.clocks import ClockReading
from schemas.frozen import CaseId, Code
from schemas.hand_over_events import HandOver
from schemas.passports import Passport
from schemas.step_events import Supplement
from workflows.case.commands import CommandOutcome
from workflows.case.statements import PROGRESS, Statement

StepStatus = Literal[
    "waiting",
    "dispatched",
    "acknowledged",
    "in_progress",
    "information_requested",
    "fulfilled",
    "refused",
    "forwarded",
    "cancelled",
]
MessageKind = Literal["recall", "information", "attachment"]
ENDED: frozenset[str] = frozenset({"fulfilled", "refused", "cancelled"})
RUNNING: frozenset[str] = frozenset({"dispatched", "acknowledged", "in_progress", "information_requested"})


class _State(BaseModel):
    model_config = ConfigDict(frozen=True)


class AppealReference(_State):
    """An appeal of the case, without its content: the ledger's entry that brought it has that.

    `size` is how many characters its sealed content has; `notice_channels` is None in a state of before it
    was kept.
    """

    appeal_id: CaseId
    case_id: CaseId
    tracking_number: str
    received_at: datetime
    services: tuple[Code, ...] = ()
    district: str | None = None
    applicant_index: str | None = None
    notice_channels: tuple[NoticeChannel, ...] | None = None
    size: int

    @classmethod
    def of(cls, appeal: AppealReceived) -> Self:
        """The reference to `appeal`."""
        known = {name: getattr(appeal, name) for name in cls.model_fields if name != "size"}
        return cls(**known, size=len(appeal.sealed))

    @model_validator(mode="before")
    @classmethod
    def _without_content(cls, carried: Any) -> Any:
        """A state that was carried with whole appeals has their sizes."""
        if isinstance(carried, dict) and "size" not in carried and "sealed" in carried:
            return {**carried, "size": len(carried["sealed"])}
        return carried


class FormerAssignment(_State):
    """An assignment that its agency forwarded, as it was then. A later status of it may still change that."""

    attempt: int
    agency_id: str
    hop: int
    clocks: tuple[ClockReading, ...]
    clock_run: int
    reference: str | None = None
    statements: tuple[Statement, ...] = ()


class StepState(_State):
    """One step. `attempt` is 0 until it is dispatched; `reference` is the agency's own id once delivered.

    `statements` are all that its agency stated about this attempt, in their total order; `former` are the
    assignments that were forwarded before it, `early` what came about attempts that were not sent yet.
    `last_attempt` is the highest number that an attempt had, where the step went back to a former one.
    `last_order` is the order key of the last progress stated; `reached` are the ids of the levels that were
    reached. `clock_run` is the attempt with which its clocks began: one that keeps them reaches no level
    twice. `information` is what the applicant gave for it, sealed; `lapsed_at` is when
    their time last ended without it.
    """

    key: str
    track: str
    code: str
    agency_id: str
    after: tuple[str, ...] = ()
    status: StepStatus = "waiting"
    attempt: int = 0
    group: int = 1
    reference: str | None = None
    hop: int = 0
    clocks: tuple[ClockReading, ...] = ()
    reached: tuple[str, ...] = ()
    last_order: tuple[int, str, str] | None = None
    ended_by: AssignmentStatus | None = None
    in_time: bool | None = None
    clock_run: int = 0
    keeps_clocks: bool = False
    cancelled_for: Code | None = None
    information: tuple[str, ...] = ()
    lapsed_at: datetime | None = None
    statements: tuple[Statement, ...] = ()
    former: tuple[FormerAssignment, ...] = ()
    early: tuple[AssignmentStatus, ...] = ()
    last_attempt: int = 0

    @model_validator(mode="before")
    @classmethod
    def _with_last_statement(cls, carried: Any) -> Any:
        """A step that was carried without statements has the last progress, which `last_order` names.

        When that was received is not known: it counts as received when it happened.
        """
        if not isinstance(carried, dict) or "statements" in carried or not carried.get("last_order"):
            return carried
        if carried.get("status") not in PROGRESS:
            return carried
        sequence, at, identity = carried["last_order"]
        instants = {"at": at, "received_at": at}
        number = {} if sequence < 0 else {"sequence": sequence}
        return {**carried, "statements": [{"id": identity, "kind": carried["status"], **instants, **number}]}

    @property
    def ended(self) -> bool:
        """Whether the step has come to an end."""
        return self.status in ENDED

    @property
    def running(self) -> bool:
        """Whether the step is with an agency, or with the centre, that must do it."""
        return self.status in RUNNING


class TrackState(_State):
    """One requested service. A triage track has no passport; once `placed`, it asks for no answer.

    `sealed` is what its agencies are sent beside the appeals. One that another case took over (`handed_to`)
    asks for no answer here; `taken_from` is the case from which one came. `suggestions` are the services that
    an appeal in triage may mean, `ground` says why no rule placed it, `chosen` are those that a person named.
    """

    key: str
    service: str
    lead_agency: str
    opening: int
    passport: Passport | None = None
    placed: bool = False
    outcome: Outcome | None = None
    purpose: TrackPurpose | None = None
    about: str | None = None
    sealed: str | None = None
    withdrawn: bool = False
    objected: bool = False
    score: int | None = None
    answered_at: datetime | None = None
    handed_to: CaseId | None = None
    taken_from: CaseId | None = None
    suggestions: tuple[Code, ...] | None = None
    ground: Code | None = None
    chosen: tuple[Code, ...] | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing is left to be done on it."""
        return self.placed or self.outcome is not None or self.handed_to is not None


class TermState(_State):
    """A statutory term: of an appeal, by its id; of a review or an instruction, by the key of its track.

    `tracks` are those to answer within it, `opening` the last one in which it ran. `run` begins the ids of
    its levels. It has `ended` once all its tracks are answered; `in_time` is known where the case went on.
    """

    key: str
    clock: ClockReading
    run: str
    opening: int
    tracks: tuple[str, ...] = ()
    ended: bool = False
    in_time: bool | None = None


class TaskState(_State):
    """Something that a person must decide, or has decided.

    `status` is what an agency stated, where that raised it, until it is decided.
    """

    id: str
    kind: TaskKind
    before: Literal["centre", "commission"]
    subject: str
    legal_basis: str | None = None
    earlier: tuple[CaseId, ...] = ()
    notice: NoticeKind | None = None
    decision: Code | None = None
    status: AssignmentStatus | None = None


class MessageState(_State):
    """A message that an agency must still be sent about its assignment; `group` counts groups of attempts.

    A recall carries nothing; a document is among those of the case, information among that of its step.
    `sealed` is what neither has, and what a state of before the messages referred to it carries.
    """

    id: str
    kind: MessageKind
    step: str
    attempt: int
    agency_id: str
    group: int = 1
    sealed: str | None = None


class CaseState(_State):
    """A case at one point of its history; `seq` and `head` are the ledger's last sequence and hash.

    `seen` has the outcome of each command by its id. `attachments` are the ids of the documents of
    its appeals that agencies are sent, `documents` what they are sent of them; `hand_overs` are those that
    the other
    case must still receive. `reached` are the ids of the levels of its terms that were reached.
    """

    case_id: str
    seq: int = 0
    head: str = GENESIS
    opening: int = 0
    status: Literal["none", "open", "answered", "handed_over"] = "none"
    outcome: Outcome | None = None
    appeals: tuple[AppealReference, ...] = ()
    tracks: tuple[TrackState, ...] = ()
    steps: tuple[StepState, ...] = ()
    terms: tuple[TermState, ...] = ()
    reached: tuple[str, ...] = ()
    in_time: bool | None = None
    traceparent: str | None = None
    seen: dict[str, CommandOutcome] = {}
    tasks: tuple[TaskState, ...] = ()
    messages: tuple[MessageState, ...] = ()
    attachments: tuple[str, ...] = ()
    documents: tuple[Supplement, ...] = ()
    hand_overs: tuple[HandOver, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_terms(cls, carried: Any) -> Any:
        """A state that was carried with one clock for the whole case has one term, for all its tracks."""
        if not isinstance(carried, dict) or carried.get("clock") is None or carried.get("terms"):
            return carried
        opening = carried.get("opening", 0)
        term = {
            "key": f"opening/{opening}",
            "clock": carried["clock"],
            "run": str(opening),
            "opening": opening,
            "ended": carried.get("status") != "open",
        }
        return {**carried, "terms": [term]}

    @property
    def clock(self) -> ClockReading | None:
        """The statutory term that is due first: of those that run, else of those that ran last."""
        last = (term for term in self.terms if term.opening == self.opening)
        readings = (term.clock for term in self.running_terms or tuple(last))
        return min(readings, key=lambda clock: clock.due_at, default=None)

    @property
    def running_terms(self) -> tuple[TermState, ...]:
        """The statutory terms within which something must still be answered."""
        return tuple(term for term in self.terms if not term.ended)

    def term(self, key: str) -> TermState | None:
        """The statutory term of that key."""
        return next((term for term in self.terms if term.key == key), None)

    @property
    def ended(self) -> bool:
        """Whether its last opening has come to its end."""
        return self.status in ("answered", "handed_over")

    @property
    def applicant_index(self) -> str | None:
        """The blind index of the one person whose appeals the case has; None where it is not known."""
        known = {appeal.applicant_index for appeal in self.appeals}
        return known.pop() if len(known) == 1 else None

    @property
    def appeals_size(self) -> int:
        """How many characters the sealed contents of its appeals have together."""
        return sum(appeal.size for appeal in self.appeals)

    @property
    def unsent(self) -> bool:
        """Whether it must still send something to an agency or to another case, also when it has ended."""
        return bool(self.messages or self.hand_overs)

    def document(self, identity: str) -> Supplement | None:
        """What agencies are sent of the document of that id."""
        return next((document for document in self.documents if document.id == identity), None)

    def information(self, step: str, number: str) -> str | None:
        """What the applicant gave for the step, sealed, by its number from 1."""
        found = self.step(step)
        known = found.information if found is not None else ()
        return known[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(known) else None

    def step(self, key: str) -> StepState | None:
        """The step of that key."""
        return next((step for step in self.steps if step.key == key), None)

    def track(self, key: str) -> TrackState | None:
        """The track of that key."""
        return next((track for track in self.tracks if track.key == key), None)

    def task(self, identity: str) -> TaskState | None:
        """The task of that id."""
        return next((task for task in self.tasks if task.id == identity), None)

    def steps_of(self, track: str) -> tuple[StepState, ...]:
        """The steps of a track, in the passport's order."""
        return tuple(step for step in self.steps if step.track == track)
