"""How the statuses of one agency about one assignment are ordered. Pure."""

from schemas.agency_statuses import AssignmentStatus

_FIRST = -1
"""Before every sequence of an agency, and every instant."""
_DIGITS = 40
"""More digits than a numeric id has."""


def order_of(status: AssignmentStatus) -> tuple[int, str, str]:
    """The key by which statuses are ordered: the agency's own sequence, else when it happened, else its id.

    An acknowledgement that lies in the acceptance of an assignment is the first, and has no sequence.
    """
    stated = status.occurred_at.isoformat()
    if status.via == "dispatch":
        return _FIRST, stated, status.status_id
    # Numbers as numbers: of two in one second 1000 comes after 999.
    identity = status.status_id.zfill(_DIGITS) if status.status_id.isdecimal() else status.status_id
    if status.agency_sequence is not None:
        return status.agency_sequence, stated, identity
    return int(status.occurred_at.timestamp() * 1000), stated, identity
