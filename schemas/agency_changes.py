"""A change that an agency told and that could not be taken: kept, to be offered again when mended."""

from schemas.frozen import AgencyId, Code, Frozen, Instant, Sealed

CHANGE_OFFERED = "az.vahid.change.offered.v1"


class OfferedChange(Frozen):
    """A change as the agency wrote it, sealed by a key of the agency's own, and why it could not be taken.

    `received_at` is when it came in first: that it is offered again makes no agency late.
    """

    agency_id: AgencyId
    received_at: Instant
    error_code: Code
    sealed: Sealed
