"""Notices: what a notification says, as it is stored. Personal text in them is sealed.

The `kind` of a notice is the event of the catalogue's templates that words it.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from schemas.case_lifecycle_events import Outcome, StepAnswer
from schemas.frozen import AgencyId, Code, Frozen, Instant, Sealed

OVERALL = "overall"
"""The key of a note that belongs to no step: that of whoever made the decision."""


class _NoticeToApplicant(Frozen):
    """What every notice to an applicant has: the tracking numbers of the appeals that it is about."""

    tracking_numbers: tuple[str, ...]
    sealed_note: Sealed | None = None

    @property
    def sealed_notes(self) -> dict[str, Sealed]:
        """The sealed notes to the applicant, by step or under `OVERALL`."""
        return {} if self.sealed_note is None else {OVERALL: self.sealed_note}


class ReceiptNotice(_NoticeToApplicant):
    """The appeal was received; `due_at` is when its answer is due."""

    kind: Literal["receipt"] = "receipt"
    services: tuple[Code, ...]
    due_at: Instant


class AnswerNotice(_NoticeToApplicant):
    """A track was answered. The agencies' notes stay sealed in `results` until the message is composed.

    `answered_at` is absent where the notice was planned before it was kept; `reason_code` and `sealed_note`
    are those of whoever ended the track by a command.
    """

    kind: Literal["answer"] = "answer"
    service: Code
    outcome: Outcome
    lead_agency: AgencyId
    legal_basis: str
    results: tuple[StepAnswer, ...]
    answered_at: Instant | None = None
    reason_code: Code | None = None

    @property
    def sealed_notes(self) -> dict[str, Sealed]:
        """The agencies' notes by step, and the note of whoever ended the track."""
        of_steps = {
            result.step: result.sealed_note for result in self.results if result.sealed_note is not None
        }
        return {**super().sealed_notes, **of_steps}


class ExtensionNotice(_NoticeToApplicant):
    """The statutory term was extended to `due_at`, for a reason (Law on citizens' appeals, Article 10.2)."""

    kind: Literal["extension"] = "extension"
    reason: Code
    due_at: Instant
    legal_basis: str


class InformationNotice(_NoticeToApplicant):
    """An agency requests information, and waits for it until `due_at`; the note says what it requests."""

    kind: Literal["information"] = "information"
    agency_id: AgencyId
    due_at: Instant
    reason: Code | None = None


class ForwardingNotice(_NoticeToApplicant):
    """A step went from one agency to another (Law on citizens' appeals, Article 7.10)."""

    kind: Literal["forwarding"] = "forwarding"
    from_agency: AgencyId
    to_agency: AgencyId


class ReviewNotice(_NoticeToApplicant):
    """An objection was received; `agency_id` is the agency that reviews the answer, until `due_at`.

    `due_at` is absent where the event of the review did not name its term yet.
    """

    kind: Literal["objection"] = "objection"
    service: Code
    agency_id: AgencyId
    due_at: Instant | None = None


class TermNotice(_NoticeToApplicant):
    """The statutory term of the appeal ends at `due_at` now, not at `previous_due_at`."""

    kind: Literal["term"] = "term"
    previous_due_at: Instant
    due_at: Instant
    legal_basis: str


class DelayNotice(_NoticeToApplicant):
    """The statutory term of the appeal ended at `due_at`, and it is not answered."""

    kind: Literal["delay"] = "delay"
    due_at: Instant


class DeadlineNotice(Frozen):
    """To officials: a level of the escalation policy; `passed` once the deadline has passed.

    With `withdrawn` it was false: what was missed had come in time.

    `subject` is the step, or `CASE_SUBJECT`; `deadline` is the id of the level within it.
    Nothing personal is in it.
    """

    kind: Literal["deadline"] = "deadline"
    tracking_numbers: tuple[str, ...]
    subject: str
    deadline: str
    due_at: Instant
    agencies: tuple[AgencyId, ...]
    passed: bool
    withdrawn: bool = False


ApplicantNotice = (
    ReceiptNotice
    | AnswerNotice
    | ExtensionNotice
    | InformationNotice
    | ForwardingNotice
    | ReviewNotice
    | TermNotice
    | DelayNotice
)
Notice = ApplicantNotice | DeadlineNotice

NOTICE: TypeAdapter[Notice] = TypeAdapter(Annotated[Notice, Field(discriminator="kind")])
