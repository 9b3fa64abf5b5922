"""The law's terms and the escalation policy, to which a case is pinned. Plain values."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.frozen import AgencyId, Code

CENTRE: AgencyId = "centre"
"""The coordination centre: triage is its own step."""

COMMISSION = "commission"
"""The Commission that coordinates: a level that notifies it puts an item on its agenda."""

ABOVE_THE_AGENCIES = (CENTRE, "ministry", COMMISSION)
"""Who hears of deadlines beside the people of the agency itself."""


class EscalationLevel(BaseModel):
    """One level: after `fraction` of a clock's working time (1.0: at the deadline), `told` are notified.

    With `working_days_after`, so many working days after the deadline.
    """

    model_config = ConfigDict(frozen=True)

    code: Code
    fraction: float = Field(gt=0)
    told: tuple[str, ...] = Field(min_length=1)
    working_days_after: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _counts_from_the_deadline(self) -> Self:
        if self.working_days_after and self.fraction != 1:
            raise ValueError("a level with working_days_after counts from the deadline: its fraction is 1.0")
        return self


class Terms(BaseModel):
    """The law's terms in working days, with their articles (Law on citizens' appeals, 2015).

    `statutory` binds every appeal, `study` one that needs additional study. `extension` is the most that may
    be added where information is asked for. `maximum_hops` is how often one step may be forwarded.
    `information` is the applicant's time to give what was asked for. From the answer on, an applicant may
    object within `objection_window`, and work may begin again within `reopening_window`. After
    `repeat_answers` reasoned answers within a year, with nothing new, a person decides (Article 8.1.4).
    `review` is the time to review an answer, `take_on` the time to acknowledge a review or an instruction
    of the Commission.
    """

    model_config = ConfigDict(frozen=True)

    statutory: int = Field(default=15, ge=1)
    statutory_basis: str = "Law on citizens' appeals, Article 10.1"
    study: int = Field(default=30, ge=1)
    study_basis: str = "Law on citizens' appeals, Article 10.1"
    extension: int = Field(default=30, ge=1)
    extension_basis: str = "Law on citizens' appeals, Article 10.2"
    forwarding: int = Field(default=3, ge=1)
    forwarding_basis: str = "Law on citizens' appeals, Article 7.10"
    maximum_hops: int = Field(default=3, ge=1)
    information: int = Field(default=10, ge=1)
    objection_window: int = Field(default=30, ge=1)
    reopening_window: int = Field(default=30, ge=1)
    repeat_answers: int = Field(default=3, ge=1)
    repeat_basis: str = "Law on citizens' appeals, Article 8.1.4"
    review: int = Field(default=15, ge=1, le=90)
    review_basis: str = "Law on administrative proceedings, Article 71"
    instruction_basis: str = "decision of the Commission"
    take_on: int = Field(default=2, ge=1, le=30)
