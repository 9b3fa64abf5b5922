"""What a case can be asked to do: every kind of command, by who gives it."""

from typing import Annotated

from pydantic import Field

from workflows.case.agency_commands import (
    ReportDispatch,
    ReportMessage,
    ReportStatus,
)
from workflows.case.applicant_commands import (
    AddAttachment,
    Held,
    Object,
    ProvideInformation,
    RateAnswer,
    ReceiveAppeal,
    Withdraw,
)
from workflows.case.command import (
    Command,
    CommandOutcome,
    Placement,
)
from workflows.case.hand_over_commands import (
    JoinCase,
    ReportHandOver,
    SplitCase,
    TakeOverTracks,
)
from workflows.case.staff_commands import (
    AnnotateCase,
    CloseTrack,
    DecideAgendaItem,
    ExtendTerm,
    MigrateTrack,
    PlaceAppeal,
    ReassignStep,
    RedispatchStep,
    ReopenTrack,
    ResumeClock,
    SettleTask,
    SuspendClock,
)
from workflows.case.time_commands import (
    FireTimer,
    ReviseCalendar,
)

AnyCommand = Annotated[
    AddAttachment
    | Object
    | ProvideInformation
    | RateAnswer
    | ReceiveAppeal
    | Withdraw
    | ReportDispatch
    | ReportMessage
    | ReportStatus
    | AnnotateCase
    | CloseTrack
    | DecideAgendaItem
    | ExtendTerm
    | MigrateTrack
    | PlaceAppeal
    | ReassignStep
    | RedispatchStep
    | ReopenTrack
    | ResumeClock
    | SettleTask
    | SuspendClock
    | JoinCase
    | ReportHandOver
    | SplitCase
    | TakeOverTracks
    | ReviseCalendar
    | FireTimer,
    Field(discriminator="kind"),
]

__all__ = [
    "AddAttachment",
    "AnnotateCase",
    "AnyCommand",
    "CloseTrack",
    "Command",
    "CommandOutcome",
    "DecideAgendaItem",
    "ExtendTerm",
    "Held",
    "JoinCase",
    "MigrateTrack",
    "Object",
    "PlaceAppeal",
    "Placement",
    "ProvideInformation",
    "RateAnswer",
    "ReassignStep",
    "ReceiveAppeal",
    "RedispatchStep",
    "ReopenTrack",
    "ReportDispatch",
    "ReportHandOver",
    "ReportMessage",
    "ReportStatus",
    "ResumeClock",
    "ReviseCalendar",
    "SettleTask",
    "SplitCase",
    "FireTimer",
    "SuspendClock",
    "TakeOverTracks",
    "Withdraw",
]
