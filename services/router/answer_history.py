"""What the ledger says of earlier appeals of an applicant: when they came, and how they were answered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Text, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.tables import events
from schemas.appeals import AppealReceived
from schemas.case_events import event_type
from schemas.case_lifecycle_events import AppealJoined, AppealShared, CaseOpened, TrackAnswered
from schemas.frozen import Code
from schemas.hand_over_events import TracksTakenOver
from services.router.hand_over_lookup import with_takers
from services.router.manual_review import HistoryItem
from services.router.tables import routing_decisions

_READ = (CaseOpened, AppealJoined, AppealShared, TracksTakenOver, TrackAnswered)
_TYPES = tuple(event_type(payload) for payload in _READ)


async def history_of(
    connection: AsyncConnection, appeal: AppealReceived, services: Sequence[Code]
) -> tuple[HistoryItem, ...]:
    """The appeals and answers in the cases that earlier appeals of the applicant for `services` went to.

    Also in the cases that took tracks over from these.
    """
    parameters = {
        "applicant": appeal.applicant_index,
        "but": appeal.appeal_id,
        "services": list(services),
    }
    rows = (await connection.execute(_HISTORY, parameters)).mappings()
    return tuple(HistoryItem(**row) for row in rows)


def _history() -> Select[Any]:
    earlier = select(routing_decisions.c.case_id).where(
        routing_decisions.c.applicant_index == bindparam("applicant"),
        routing_decisions.c.appeal_id != bindparam("but"),
        routing_decisions.c.services.overlap(bindparam("services", type_=ARRAY(Text))),
    )
    payload = events.c.entry.cast(JSONB)["payload"]
    columns = (
        events.c.case_id,
        events.c.seq,
        events.c.recorded_at,
        payload["service"].astext.label("service"),
        payload["outcome"].astext.label("outcome"),
    )
    in_these = events.c.case_id.in_(select(with_takers(earlier).c.case_id))
    return select(*columns).where(in_these, events.c.type.in_(_TYPES))


_HISTORY = _history()
"""Built once: each appeal runs it."""
