"""What an agency has stated about one assignment, as the case keeps it. Pure."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from schemas.agency_statuses import AssignmentStatus, Status

PROGRESS: frozenset[Status] = frozenset({"acknowledged", "in_progress", "information_requested"})
ENDS: frozenset[Status] = frozenset({"fulfilled", "refused", "forwarded"})
_KEPT_WHOLE: frozenset[Status] = ENDS | {"information_requested"}
"""What may still have to be applied later, as it was stated."""


class Statement(BaseModel):
    """One status, reduced to what orders it and what it does.

    `at` is when the agency states that it happened, never later than `received_at`. `first` marks the
    acknowledgement that lies in the acceptance of the assignment. `answered_at` is when a question was
    answered, or the time to answer it ended. `undone` marks an end that a person found mistaken;
    `confirmed` is a person's decision on a correction.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Status
    sequence: int | None = None
    at: datetime
    received_at: datetime
    first: bool = False
    whole: AssignmentStatus | None = None
    answered_at: datetime | None = None
    undone: bool = False
    confirmed: bool | None = None

    @classmethod
    def of(cls, status: AssignmentStatus) -> Self:
        """The statement that `status` makes."""
        return cls(
            id=status.status_id,
            kind=status.status,
            sequence=status.agency_sequence,
            at=min(status.occurred_at, status.received_at),
            received_at=status.received_at,
            first=status.via == "dispatch",
            whole=status if status.status in _KEPT_WHOLE else None,
        )

    def contradicts(self, end: "Statement") -> bool:
        """Whether this end is another than `end`: of another kind, or forwarded to another agency."""
        if self.whole is None or end.whole is None:
            return self.kind != end.kind
        return (self.kind, self.whole.forward_to) != (end.kind, end.whole.forward_to)
