"""What was agreed about a service beside its passport. It stays in the catalogue and travels with no case.

A case holds its passport whole, in its first events; what only doors and letters need would be carried in
every case for nothing.
"""

from pydantic import Field

from schemas.case_lifecycle_events import Outcome
from schemas.frozen import Code, Frozen
from schemas.passports import Passport, Text


class Agreement(Frozen):
    """Beside the passport of `service`.

    `answers` is the text of the answer by outcome, a template with the fields of `catalogue.answers`: the
    general one where the passport words none. `documents_of` names the documents that are needed of some
    categories only; `not_eligible` says, by category, why it may not ask, where the general sentence would
    not do.
    """

    service: Code
    answers: dict[Outcome, Text]
    documents_of: dict[Code, tuple[Code, ...]] = Field(default_factory=dict)
    not_eligible: dict[Code, Text] = Field(default_factory=dict)


class GeneralAnswers(Frozen):
    """The text of the answer for each outcome, where a passport does not word its own."""

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
    """A passport's file: the passport and, beside it, what stays in the catalogue."""

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
