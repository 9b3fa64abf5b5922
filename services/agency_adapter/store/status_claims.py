"""Statuses that came in, claimed once each by their assignment and the agency's own id."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, Table, Text, any_, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.outbox.table import OutboxMessage, outbox_rows
from services.agency_adapter.tables import assignments, dead_letter_outbox, inbox, outbox

_CLAIMED = tuple(column.name for column in inbox.c if column.name != "recorded_at")
_ENQUEUED = ("shard", "topic", "key", "value", "headers")


@dataclass(frozen=True)
class StatusClaim:
    """A row of the inbox; `case_id` is None for a rejected change. Business time.

    `assignment` is its key, `digest` a keyed digest of what the agency stated; a rejected change has
    neither.
    """

    agency_id: str
    status_id: str
    case_id: str | None
    via: str
    received_at: datetime
    assignment: str = ""
    digest: str | None = None


async def claim(connection: AsyncConnection, status: StatusClaim, message: OutboxMessage) -> bool:
    """Claim a status and enqueue its `message`, in one statement.

    False when it was claimed before: then nothing is enqueued.
    """
    return await _claimed(connection, _CLAIM, status, message)


async def claim_rejected(connection: AsyncConnection, rejected: StatusClaim, message: OutboxMessage) -> bool:
    """The same for a rejected change, whose `message` goes to the outbox of the dead letters."""
    return await _claimed(connection, _CLAIM_REJECTED, rejected, message)


async def claimed_digest(connection: AsyncConnection, status: StatusClaim) -> str | None:
    """The digest under which the status was claimed; None where there is none."""
    wanted = {
        "wanted_agency": status.agency_id,
        "wanted_status": status.status_id,
        "wanted_assignment": status.assignment,
    }
    return (await connection.execute(_CLAIMED_DIGEST, wanted)).scalar_one_or_none()


async def claimed_among(
    connection: AsyncConnection, agency_id: str, status_ids: Sequence[str]
) -> dict[tuple[str, str], str | None]:
    """Those of the agency's `status_ids` that were claimed before, by id and the agency's reference.

    With the digest under which each was claimed. An id of another assignment is another status.
    """
    if not status_ids:
        return {}
    wanted = {"wanted_agency": agency_id, "wanted": list(status_ids)}
    rows = await connection.execute(_CLAIMED_AMONG, wanted)
    return {(row.status_id, row.reference): row.digest for row in rows}


async def _claimed(
    connection: AsyncConnection, statement: Select[int], claim: StatusClaim, message: OutboxMessage
) -> bool:
    [enqueued] = outbox_rows([message])
    return bool((await connection.execute(statement, asdict(claim) | enqueued)).scalar_one())


def _claim(into: Table) -> Select[int]:
    claimed = insert(inbox).values({name: bindparam(name) for name in _CLAIMED}).on_conflict_do_nothing()
    new = claimed.returning(inbox.c.status_id).cte("new")
    row = select(*(bindparam(name, type_=into.c[name].type) for name in _ENQUEUED))
    enqueued = insert(into).from_select(_ENQUEUED, row.where(exists(select(new.c.status_id))))
    return select(func.count()).select_from(enqueued.returning(into.c.id).cte("enqueued"))


# Built once, so that SQLAlchemy compiles each once: they run for every status and poll.
_CLAIM, _CLAIM_REJECTED = _claim(outbox), _claim(dead_letter_outbox)
_CLAIMED_DIGEST = select(inbox.c.digest).where(
    inbox.c.agency_id == bindparam("wanted_agency"),
    inbox.c.status_id == bindparam("wanted_status"),
    inbox.c.assignment == bindparam("wanted_assignment"),
)
_CLAIMED_AMONG = (
    select(inbox.c.status_id, inbox.c.digest, assignments.c.reference)
    .join(
        assignments,
        (assignments.c.agency_id == inbox.c.agency_id) & (assignments.c.key == inbox.c.assignment),
    )
    .where(
        inbox.c.agency_id == bindparam("wanted_agency"),
        inbox.c.status_id == any_(bindparam("wanted", type_=ARRAY(Text))),
    )
)
