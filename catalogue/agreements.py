"""What was agreed about a service besides its passport. It stays in the catalogue; no case carries it.

A case carries its whole passport, in its first events. Only intake and outgoing messages need the rest.
"""

from pydantic import Field

from schemas.case_lifecycle_events import Outcome
from schemas.frozen import Code, Frozen
from schemas.passports import Passport, Text


class Agreement(Frozen):
    """What was agreed besides the passport of `service`.

    `answers` are the texts of the answer by outcome: templates with the fields of `catalogue.answers`, the
    general one where the passport has none. `documents_of` names documents that only some categories need.
    `not_eligible` says, by category, why it may not ask, where the general sentence does not fit.
    """

    service: Code
    answers: dict[Outcome, Text]
    documents_of: dict[Code, tuple[Code, ...]] = Field(default_factory=dict)
    not_eligible: dict[Code, Text] = Field(default_factory=dict)


class GeneralAnswers(Frozen):
    """The text of the answer for each outcome, where a passport has none of its own."""

    satisfied: Text
    partly_satisfied: Text
    refused: Text
    not_competent: Text
    withdrawn: Text

    @property
    def by_outcome(self) -> dict[Outcome, Text]:
        """The texts by outcome."""
        return {
            "satisfied": self.satisfied,
            "partly_satisfied": self.partly_satisfied,
            "refused": self.refused,
            "not_competent": self.not_competent,
            "withdrawn": self.withdrawn,
        }


class PassportFile(Passport):
    """A passport's file: the passport, and what stays in the catalogue."""

    version: str = Field(default="", max_length=0)
    answers: dict[Outcome, Text] = Field(default_factory=dict)
    documents_of: dict[Code, tuple[Code, ...]] = Field(default_factory=dict)
    not_eligible: dict[Code, Text] = Field(default_factory=dict)

    def agreement(self, general: GeneralAnswers) -> Agreement:
        """What stays in the catalogue, with the `general` answers where the passport has none of its own."""
        return Agreement(
            service=self.code,
            answers={**general.by_outcome, **self.answers},
            documents_of=self.documents_of,
            not_eligible=self.not_eligible,
        )
