"""What is commanded when tracks go from one case to another: by the staff, and by the cases themselves."""

from typing import Literal

from pydantic import Field

from schemas.frozen import CaseId
from schemas.hand_over_events import HandOver
from workflows.case.command import Command


class SplitCase(Command):
    """Some open tracks leave the case for a new case of their own."""

    kind: Literal["split_case"] = "split_case"
    tracks: tuple[str, ...] = Field(min_length=1)


class JoinCase(Command):
    """All open tracks of the case go to the case `into`.

    `applicant` is the blind index of whose case that is, where it is known; `pending` whether it is open.
    """

    kind: Literal["join_case"] = "join_case"
    into: CaseId
    applicant: str | None = None
    pending: bool


class TakeOverTracks(Command):
    """The case takes over what another case has handed over."""

    kind: Literal["take_over_tracks"] = "take_over_tracks"
    hand_over: HandOver


class ReportHandOver(Command):
    """The other case was told of a hand-over."""

    kind: Literal["report_hand_over"] = "report_hand_over"
    hand_over: CaseId
