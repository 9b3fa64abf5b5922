"""Whether an appeal comes from the person of an earlier one. Pure.

A FIN is a claim, not proof: anybody can state another's. So an appeal joins a case only when both appeals
name one person, and something that only this person has confirms it (ADR 36).
"""

from collections.abc import Collection

from schemas.appeals import AppealReceived, Channel
from schemas.case_lifecycle_events import Confirmation
from schemas.frozen import CaseId, Frozen


class Identity(Frozen):
    """Who brought an appeal, as far as it stands open.

    Names with date of birth, and contacts, are blind indexes.
    """

    appeal_id: CaseId
    channel: Channel
    person_index: str | None = None
    contacts: tuple[str, ...] = ()

    @classmethod
    def of(cls, appeal: AppealReceived) -> "Identity":
        """The identity that the appeal states."""
        return cls(
            appeal_id=appeal.appeal_id,
            channel=appeal.channel,
            person_index=appeal.person_index,
            contacts=appeal.contact_indexes,
        )


def confirmation_of(new: Identity, earlier: Identity, checking: Collection[Channel]) -> Confirmation | None:
    """What confirms that both come from one person, provided that they name one; None where nothing does.

    `checking` are the channels that check who comes. Both appeals must have come by them: that the later one
    was checked says nothing about who brought the first.
    """
    if new.channel in checking and earlier.channel in checking:
        return "channel"
    return "contact" if set(new.contacts) & set(earlier.contacts) else None


def names_agree(new: Identity, earlier: Identity) -> bool:
    """Whether both name one person in the same spelling; where not, what is sealed must be compared."""
    return new.person_index is not None and new.person_index == earlier.person_index
