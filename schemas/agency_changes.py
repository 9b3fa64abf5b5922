"""A change that an agency sent and that could not be read: kept, to be offered again once that is mended."""

from schemas.frozen import AgencyId, Code, Frozen, Instant, Sealed

CHANGE_OFFERED = "az.vahid.change.offered.v1"


class OfferedChange(Frozen):
    """A change as the agency wrote it, sealed by a key of the agency's own, and why it could not be read.

    `received_at` is when it came in first: offering it again makes no agency late.
    """

    agency_id: AgencyId
    received_at: Instant
    error_code: Code
    sealed: Sealed
