"""What the ledger says of matters: whether they are pending, and how they were answered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger import tables as ledger
from schemas.appeals import AppealReceived
from schemas.case_events import event_type
from schemas.case_lifecycle_events import AppealJoined, CaseOpened, TrackAnswered
from schemas.frozen import Code
from schemas.hand_over_events import TracksTakenOver
from services.router.commands import APPEAL_COMMAND
from services.router.hand_over_lookup import with_takers
from services.router.manual_review import Entry
from services.router.tables import routing_decisions

_TYPES = tuple(event_type(payload) for payload in (CaseOpened, AppealJoined, TracksTakenOver, TrackAnswered))


def matter_columns(claimed: Table) -> tuple[Column[Any] | ColumnElement[Any], ...]:
    """The columns of a `Matter` of a table that says which case a service is claimed by."""
    begun = _begun(claimed)
    pending = _pending(claimed, begun)
    return (
        claimed.c.service,
        claimed.c.case_id,
        claimed.c.claimed_at,
        pending.label("pending"),
        begun.label("begun"),
    )


def is_pending(claimed: Table) -> ColumnElement[bool]:
    """Whether the case of a matter still owes its answer, or has yet to hear of its claim."""
    return _pending(claimed, _begun(claimed))


def _begun(claimed: Table) -> ColumnElement[bool]:
    return exists().where(_of_service(claimed), ledger.tracks.c.outcome.is_(None))


def _pending(claimed: Table, begun: ColumnElement[bool]) -> ColumnElement[bool]:
    cause = func.concat(APPEAL_COMMAND, claimed.c.appeal_id)
    heard = exists().where(ledger.events.c.case_id == claimed.c.case_id, ledger.events.c.cause == cause)
    is_open = exists().where(ledger.cases.c.case_id == claimed.c.case_id, ledger.cases.c.status == "open")
    return or_(not_(heard), begun, and_(not_(exists().where(_of_service(claimed))), is_open))


def _of_service(claimed: Table) -> ColumnElement[bool]:
    return and_(ledger.tracks.c.case_id == claimed.c.case_id, ledger.tracks.c.service == claimed.c.service)


async def history_of(
    connection: AsyncConnection, appeal: AppealReceived, services: Sequence[Code]
) -> tuple[Entry, ...]:
    """The appeals and answers in the cases that earlier appeals of the person for `services` went to.

    Also in those that took tracks of these cases over.
    """
    wanted = {
        "applicant": appeal.applicant_index,
        "but": appeal.appeal_id,
        "services": list(services),
    }
    return tuple(Entry(**row) for row in (await connection.execute(_HISTORY, wanted)).mappings())


def _history() -> Select[Any]:
    earlier = select(routing_decisions.c.case_id).where(
        routing_decisions.c.applicant_index == bindparam("applicant"),
        routing_decisions.c.appeal_id != bindparam("but"),
        routing_decisions.c.services.overlap(bindparam("services", type_=ARRAY(Text))),
    )
    said = ledger.events.c.entry.cast(JSONB)["payload"]
    columns = (
        ledger.events.c.case_id,
        ledger.events.c.seq,
        ledger.events.c.recorded_at,
        said["service"].astext.label("service"),
        said["outcome"].astext.label("outcome"),
    )
    there = ledger.events.c.case_id.in_(select(with_takers(earlier).c.case_id))
    return select(*columns).where(there, ledger.events.c.type.in_(_TYPES))


_HISTORY = _history()
"""Built once: each appeal asks it."""
