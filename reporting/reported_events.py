"""Which events each part of the report reads. Every event is in a group; mypy names a forgotten one. Pure."""

from typing import assert_never

from schemas.case_events import EventPayload
from schemas.case_lifecycle_events import (
    AnswerRated,
    AppealJoined,
    AppealPlaced,
    AppealShared,
    AppealWithdrawn,
    AttachmentAdded,
    CaseAnnotated,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    CommandRefused,
    NoticeDelivered,
    NoticeUndelivered,
    ObjectionRaised,
    TaskRaised,
    TaskSettled,
    TrackAnswered,
    TrackMigrated,
    TrackOpened,
    TrackReopened,
)
from schemas.deadline_events import (
    CalendarRevised,
    ClockResumed,
    ClockRevised,
    ClockSuspended,
    DeadlineEscalated,
    DeadlineReminded,
    EscalationWithdrawn,
    TermEnded,
    TermExtended,
)
from schemas.hand_over_events import CaseHandedOver, TracksDelivered, TracksHandedOver, TracksTakenOver
from schemas.step_events import (
    InformationLapsed,
    InformationProvided,
    InformationTermBegun,
    MessageDelivered,
    MessageUndelivered,
    StatusIgnored,
    StatusNoted,
    StepAcknowledged,
    StepCancelled,
    StepCorrected,
    StepDelivered,
    StepDispatched,
    StepForwarded,
    StepFulfilled,
    StepInformationRequested,
    StepProgressed,
    StepReassigned,
    StepRedispatched,
    StepRefused,
    StepRestored,
    StepUndelivered,
)

ArrivalEvent = CaseOpened | AppealJoined | TrackOpened
"""What came in."""

LevelEvent = DeadlineReminded | DeadlineEscalated | EscalationWithdrawn
"""Which levels of the escalation policy were reached, and which of these were withdrawn."""

OpeningEvent = (
    CaseOpened
    | CaseReopened
    | AppealJoined
    | AppealShared
    | TrackOpened
    | TrackReopened
    | TracksTakenOver
    | TermExtended
    | ClockRevised
    | TermEnded
    | CaseHandedOver
    | CaseAnswered
)
"""When the case was open, and its statutory terms."""

DirectionEvent = (
    TrackOpened | AppealPlaced | TrackAnswered | TrackReopened | TracksHandedOver | TracksTakenOver
)
"""Where the tracks stand."""

WorkEvent = (
    StepInformationRequested
    | StepAcknowledged
    | StepProgressed
    | InformationProvided
    | InformationLapsed
    | StepRedispatched
    | StepFulfilled
    | StepRefused
    | StepForwarded
    | StepReassigned
    | StepRestored
    | StepCancelled
    | AppealPlaced
)
"""What changes the current assignment period of a step."""

ClockEvent = ClockSuspended | ClockResumed | ClockRevised
"""A new reading of a clock."""

PeriodEvent = StepDispatched | StepCorrected | TracksTakenOver | DeadlineEscalated | ClockEvent | WorkEvent
"""All that begins or changes an assignment period."""

NotReported = (
    AttachmentAdded
    | InformationTermBegun
    | StepDelivered
    | StepUndelivered
    | StatusNoted
    | StatusIgnored
    | CommandRefused
    | AnswerRated
    | AppealWithdrawn
    | CaseAnnotated
    | ObjectionRaised
    | TaskRaised
    | TaskSettled
    | TrackMigrated
    | MessageDelivered
    | MessageUndelivered
    | NoticeDelivered
    | NoticeUndelivered
    | CalendarRevised
    | TracksDelivered
)
"""No figure depends on these."""


def is_reported(payload: EventPayload) -> bool:
    """Whether a figure depends on the event."""
    if isinstance(payload, ArrivalEvent | LevelEvent | OpeningEvent | DirectionEvent | PeriodEvent):
        return True
    if isinstance(payload, NotReported):
        return False
    assert_never(payload)
