"""Assignments as they were sent to agencies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, false, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agency_adapter.tables import assignments

_DELIVERY = ("reference", "raw_code", "accepted_at", "delivered_at")
_COLUMNS = tuple(column for column in assignments.c if column.name != "sending_until")


@dataclass(frozen=True)
class SentAssignment:
    """An assignment that was sent, or is about to be: `reference` is None until the agency's is known.

    Business time: `sent_at` is the first attempt; the agency accepted it between `accepted_at` and
    `delivered_at`. An assignment recalled at `recalled_at` is not sent from then on. `data_key_id` names the
    key that seals the agency's notes on it, that of one of the appeals.
    """

    agency_id: str
    key: str
    case_id: str
    step: str
    attempt: int
    traceparent: str | None
    sent_at: datetime
    reference: str | None = None
    raw_code: str | None = None
    accepted_at: datetime | None = None
    delivered_at: datetime | None = None
    recalled_at: datetime | None = None
    data_key_id: str | None = None


async def begin(connection: AsyncConnection, assignment: SentAssignment) -> tuple[SentAssignment, bool]:
    """Record that an assignment is about to be sent; returns the stored row, and whether it is new."""
    begun = await connection.execute(_BEGIN, _row(assignment))
    if begun.first() is not None:
        return assignment, True
    wanted = {"wanted_agency": assignment.agency_id, "wanted_key": assignment.key}
    begun_again = _assignment((await connection.execute(_BEGIN_AGAIN, wanted)).one_or_none())
    return begun_again or await _stored(connection, assignment.agency_id, assignment.key), False


async def recall(connection: AsyncConnection, assignment: SentAssignment) -> tuple[SentAssignment, bool]:
    """Record that an assignment is recalled, also one that was never begun. None begins after this.

    Returns the stored row, and whether a send that began before may still arrive.
    """
    stored = dict((await connection.execute(_RECALL, _row(assignment))).one()._mapping)
    may_arrive = bool(stored.pop("may_arrive"))
    return SentAssignment(**stored), may_arrive


async def record_delivery(connection: AsyncConnection, delivered: SentAssignment) -> SentAssignment:
    """Record how the agency accepted an assignment; returns the stored row. The first delivery stays.

    Raises:
        sqlalchemy.exc.IntegrityError: the agency gave this reference to another assignment.
    """
    row = {name: getattr(delivered, name) for name in _DELIVERY}
    wanted = {"wanted_agency": delivered.agency_id, "wanted_key": delivered.key}
    written = _assignment((await connection.execute(_DELIVER, row | wanted)).one_or_none())
    return written or await _stored(connection, delivered.agency_id, delivered.key)


async def find_by_reference(
    connection: AsyncConnection, agency_id: str, reference: str
) -> SentAssignment | None:
    """The assignment that the agency calls `reference`."""
    wanted = {"wanted_agency": agency_id, "wanted_reference": reference}
    return _assignment((await connection.execute(_BY_REFERENCE, wanted)).one_or_none())


async def find_by_key(connection: AsyncConnection, agency_id: str, key: str) -> SentAssignment | None:
    """The assignment that was sent to the agency under `key`."""
    wanted = {"wanted_agency": agency_id, "wanted_key": key}
    return _assignment((await connection.execute(_BY_KEY, wanted)).one_or_none())


async def _stored(connection: AsyncConnection, agency_id: str, key: str) -> SentAssignment:
    found = await find_by_key(connection, agency_id, key)
    assert found is not None, "an assignment is never deleted"
    return found


def _assignment(row: Row[Any] | None) -> SentAssignment | None:
    return SentAssignment(**row._mapping) if row is not None else None


def _row(assignment: SentAssignment) -> dict[str, object]:
    return {column.name: getattr(assignment, column.name) for column in _COLUMNS}


# Built once, so that SQLAlchemy compiles each once: they run for every assignment and status.
_OF_AGENCY = assignments.c.agency_id == bindparam("wanted_agency")
_VALUES: dict[str, Any] = {column.name: bindparam(column.name) for column in _COLUMNS}
# One look-up and one submission, each at its longest, and a margin.
_SENDING = {"sending_until": func.now() + text("interval '60 seconds'")}
_UNDELIVERED = update(assignments).where(
    _OF_AGENCY, assignments.c.key == bindparam("wanted_key"), assignments.c.reference.is_(None)
)
_BEGIN = insert(assignments).values(_VALUES | _SENDING).on_conflict_do_nothing().returning(assignments.c.key)
_BEGIN_AGAIN = _UNDELIVERED.where(assignments.c.recalled_at.is_(None)).values(_SENDING).returning(*_COLUMNS)
_RECALLED = insert(assignments).values(_VALUES)
_RECALL = _RECALLED.on_conflict_do_update(
    index_elements=[assignments.c.agency_id, assignments.c.key],
    set_={"recalled_at": func.coalesce(assignments.c.recalled_at, _RECALLED.excluded.recalled_at)},
).returning(*_COLUMNS, func.coalesce(assignments.c.sending_until > func.now(), false()).label("may_arrive"))
_DELIVER = _UNDELIVERED.values({name: bindparam(name) for name in _DELIVERY}).returning(*_COLUMNS)
_BY_REFERENCE = select(*_COLUMNS).where(_OF_AGENCY, assignments.c.reference == bindparam("wanted_reference"))
_BY_KEY = select(*_COLUMNS).where(_OF_AGENCY, assignments.c.key == bindparam("wanted_key"))
