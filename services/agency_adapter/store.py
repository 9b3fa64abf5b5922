"""Reading and writing the adapter's tables. Every function works in its caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Text, any_, bindparam, exists, false, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.outbox import OutboxMessage, outbox_rows
from services.agency_adapter.tables import assignments, inbox, outbox, poll_watermarks

_CLAIMED = tuple(column.name for column in inbox.c if column.name != "recorded_at")
_SAID = ("shard", "topic", "key", "value", "headers")
_DELIVERY = ("reference", "raw_code", "accepted_at", "delivered_at")
_SENT = tuple(column for column in assignments.c if column.name != "sending_until")


@dataclass(frozen=True)
class Sent:
    """An assignment as we sent it, or were about to: `reference` is None until the agency's is known.

    Business time: `sent_at` is the first try; the agency took it between `accepted_at` and `delivered_at`.
    Since `recalled_at` it is not wanted any more, and is not sent where it was not. `data_key_id` names
    the key that seals the agency's notes on it, that of one of the appeals.
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


async def begin(connection: AsyncConnection, sent: Sent) -> tuple[Sent, bool]:
    """Write down that an assignment is about to be sent; what stands, and whether it is new."""
    begun = await connection.execute(_BEGIN, _row(sent))
    if begun.first() is not None:
        return sent, True
    wanted = {"wanted_agency": sent.agency_id, "wanted_key": sent.key}
    begun_again = _sent((await connection.execute(_BEGIN_AGAIN, wanted)).one_or_none())
    return begun_again or await _known_by_key(connection, sent.agency_id, sent.key), False


async def recall(connection: AsyncConnection, sent: Sent) -> tuple[Sent, bool]:
    """Write down that an assignment is not wanted any more, also one that was never begun.

    What stands, and whether a sending that began before may still arrive; none begins after this.
    """
    stands = dict((await connection.execute(_RECALL, _row(sent))).one()._mapping)
    may_arrive = bool(stands.pop("may_arrive"))
    return Sent(**stands), may_arrive


def _row(sent: Sent) -> dict[str, object]:
    return {column.name: getattr(sent, column.name) for column in _SENT}


async def deliver(connection: AsyncConnection, delivered: Sent) -> Sent:
    """Write down how the agency took an assignment; what stands is returned, and the first one stays.

    Raises:
        sqlalchemy.exc.IntegrityError: the agency gave this reference to another assignment.
    """
    row = {name: getattr(delivered, name) for name in _DELIVERY}
    wanted = {"wanted_agency": delivered.agency_id, "wanted_key": delivered.key}
    written = _sent((await connection.execute(_DELIVER, row | wanted)).one_or_none())
    return written or await _known_by_key(connection, delivered.agency_id, delivered.key)


async def find_by_reference(connection: AsyncConnection, agency_id: str, reference: str) -> Sent | None:
    """The assignment that the agency calls `reference`."""
    wanted = {"wanted_agency": agency_id, "wanted_reference": reference}
    return _sent((await connection.execute(_BY_REFERENCE, wanted)).one_or_none())


async def find_by_key(connection: AsyncConnection, agency_id: str, key: str) -> Sent | None:
    """The assignment that was sent to the agency under `key`."""
    wanted = {"wanted_agency": agency_id, "wanted_key": key}
    return _sent((await connection.execute(_BY_KEY, wanted)).one_or_none())


async def _known_by_key(connection: AsyncConnection, agency_id: str, key: str) -> Sent:
    found = await find_by_key(connection, agency_id, key)
    assert found is not None, "an assignment is never deleted"
    return found


def _sent(row: Row[Any] | None) -> Sent | None:
    return Sent(**row._mapping) if row is not None else None


async def claim(
    connection: AsyncConnection,
    agency_id: str,
    status_id: str,
    case_id: str | None,
    via: str,
    received_at: datetime,
    message: OutboxMessage,
) -> bool:
    """Claim a status by the agency's own id and enqueue its `message`, in one statement.

    False when it was taken before: then nothing is enqueued.
    """
    row = {
        "agency_id": agency_id,
        "status_id": status_id,
        "case_id": case_id,
        "via": via,
        "received_at": received_at,
    }
    [said] = outbox_rows([message])
    return bool((await connection.execute(_CLAIM, row | said)).scalar_one())


async def taken_of(connection: AsyncConnection, agency_id: str, status_ids: Sequence[str]) -> set[str]:
    """Those of the agency's `status_ids` that were taken already."""
    if not status_ids:
        return set()
    wanted = {"wanted_agency": agency_id, "wanted": list(status_ids)}
    return set((await connection.execute(_TAKEN, wanted)).scalars())


async def lock_polling(connection: AsyncConnection, agency_id: str) -> bool:
    """Whether this transaction, and no other process, polls the agency now."""
    return bool((await connection.execute(_LOCK, {"name": f"adapter.poll/{agency_id}"})).scalar_one())


async def read_cursor(connection: AsyncConnection, agency_id: str) -> tuple[str | None, datetime | None]:
    """How far the agency's changes were read, and when we last looked; (None, None) at the very first."""
    row = (await connection.execute(_CURSOR, {"wanted_agency": agency_id})).one_or_none()
    return (row.cursor, row.polled_at) if row is not None else (None, None)


async def write_cursor(
    connection: AsyncConnection, agency_id: str, cursor: str | None, polled_at: datetime
) -> None:
    """Record how far the agency's changes were read at `polled_at`."""
    row = {"agency_id": agency_id, "cursor": cursor, "polled_at": polled_at}
    await connection.execute(_WRITE_CURSOR, row)


def _claim() -> Select[int]:
    claimed = insert(inbox).values({name: bindparam(name) for name in _CLAIMED}).on_conflict_do_nothing()
    new = claimed.returning(inbox.c.status_id).cte("new")
    row = select(*(bindparam(name, type_=outbox.c[name].type) for name in _SAID))
    said = insert(outbox).from_select(_SAID, row.where(exists(select(new.c.status_id))))
    return select(func.count()).select_from(said.returning(outbox.c.id).cte("said"))


# Built once, so that SQLAlchemy works each out once: these run for each assignment, status and look.
_OF_AGENCY = assignments.c.agency_id == bindparam("wanted_agency")
_WRITTEN: dict[str, Any] = {column.name: bindparam(column.name) for column in _SENT}
# One look-up and one submission, each at its longest, and some more.
_SENDING = {"sending_until": func.now() + text("interval '60 seconds'")}
_UNTAKEN = update(assignments).where(
    _OF_AGENCY, assignments.c.key == bindparam("wanted_key"), assignments.c.reference.is_(None)
)
_BEGIN = insert(assignments).values(_WRITTEN | _SENDING).on_conflict_do_nothing().returning(assignments.c.key)
_BEGIN_AGAIN = _UNTAKEN.where(assignments.c.recalled_at.is_(None)).values(_SENDING).returning(*_SENT)
_NOT_WANTED = insert(assignments).values(_WRITTEN)
_RECALL = _NOT_WANTED.on_conflict_do_update(
    index_elements=[assignments.c.agency_id, assignments.c.key],
    set_={"recalled_at": func.coalesce(assignments.c.recalled_at, _NOT_WANTED.excluded.recalled_at)},
).returning(*_SENT, func.coalesce(assignments.c.sending_until > func.now(), false()).label("may_arrive"))
_DELIVER = _UNTAKEN.values({name: bindparam(name) for name in _DELIVERY}).returning(*_SENT)
_BY_REFERENCE = select(*_SENT).where(_OF_AGENCY, assignments.c.reference == bindparam("wanted_reference"))
_BY_KEY = select(*_SENT).where(_OF_AGENCY, assignments.c.key == bindparam("wanted_key"))
_TAKEN = select(inbox.c.status_id).where(
    inbox.c.agency_id == bindparam("wanted_agency"),
    inbox.c.status_id == any_(bindparam("wanted", type_=ARRAY(Text))),
)
_LOCK = select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("name", type_=Text), 0)))
_CLAIM = _claim()
_CURSOR = select(poll_watermarks.c.cursor, poll_watermarks.c.polled_at).where(
    poll_watermarks.c.agency_id == bindparam("wanted_agency")
)
_NEW_CURSOR = insert(poll_watermarks)
_WRITE_CURSOR = _NEW_CURSOR.on_conflict_do_update(
    index_elements=[poll_watermarks.c.agency_id],
    set_={"cursor": _NEW_CURSOR.excluded.cursor, "polled_at": _NEW_CURSOR.excluded.polled_at},
)
