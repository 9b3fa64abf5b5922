"""What an applicant asks of a case: by a channel, or by the centre's staff in the applicant's name."""

from typing import Literal

from pydantic import Field

from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.frozen import CaseId, Frozen, Sealed
from workflows.case.command import Command, Placement


class Held(Frozen):
    """Why a person must look at an appeal before any agency does.

    `repeat_appeal`: answered with reasons as often as the law asks, in the cases `earlier`, with nothing new;
    `likely_duplicate`: the same matter seems to be pending in the cases `earlier`.
    """

    kind: Literal["repeat_appeal", "likely_duplicate"]
    earlier: tuple[CaseId, ...]
    legal_basis: str | None = None


class ReceiveAppeal(Command):
    """Open the case with this appeal, or join it. No placements, or `held`: the appeal goes to triage."""

    kind: Literal["receive_appeal"] = "receive_appeal"
    appeal: AppealReceived
    placements: tuple[Placement, ...] = ()
    held: Held | None = None


class AddAttachment(Command):
    """A document was added to an appeal of the case, at the door where the appeal came in."""

    kind: Literal["add_attachment"] = "add_attachment"
    attachment: AppealSupplemented


class ProvideInformation(Command):
    """The applicant gives what the agency of `step` asked for."""

    kind: Literal["provide_information"] = "provide_information"
    step: str
    sealed: Sealed


class Withdraw(Command):
    """The applicant asks no more: for the track, or for anything when none is named."""

    kind: Literal["withdraw"] = "withdraw"
    track: str | None = None


class Object(Command):
    """The applicant contests the answer of a track; `review` says which agency, one up, looks at it anew."""

    kind: Literal["object"] = "object"
    track: str
    review: Placement
    sealed: Sealed | None = None


class RateAnswer(Command):
    """The applicant says how good an answer was, from 1 (poor) to 5 (good)."""

    kind: Literal["rate_answer"] = "rate_answer"
    track: str
    score: int = Field(ge=1, le=5)
