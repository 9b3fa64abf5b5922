"""Which case took over the tracks that another handed over: read from the ledger's events."""

from dataclasses import replace
from typing import Any

from sqlalchemy import CTE, ColumnElement, Row, Select, Text, and_, cast, exists, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.errors import TransientError
from ledger.tables import events, tracks
from schemas.case_events import event_type
from schemas.frozen import CaseId
from schemas.hand_over_events import TracksHandedOver, TracksTakenOver
from services.router.case_choice import EarlierClaim

_HANDED_OVER, _TAKEN_OVER = event_type(TracksHandedOver), event_type(TracksTakenOver)
_HAND_OVER = events.c.entry.cast(JSONB)["payload"]["hand_over"]


async def follow_hand_overs(connection: AsyncConnection, claim: EarlierClaim) -> EarlierClaim:
    """The claim by the case that took its track over; unchanged where it is pending or no case did."""
    seen = {claim.case_id}
    while not claim.pending:
        service = _HAND_OVER["tracks"].contains([{"service": claim.service}])
        taker = await _last_hand_over(connection, claim.case_id, service)
        if taker is None or taker.case_id in seen:
            return claim
        seen.add(taker.case_id)
        begun = await _has_open_track(connection, taker.case_id, claim.service)
        claim = replace(claim, case_id=taker.case_id, pending=begun or not taker.taken, begun=begun)
    return claim


async def cases_since(connection: AsyncConnection, case_id: CaseId, appeal_id: CaseId) -> tuple[CaseId, ...]:
    """The cases, beside `case_id`, that took over tracks of this appeal since it was routed there.

    Raises:
        TransientError: `hand_over_on_its_way`: one of them has not taken them yet.
    """
    of_appeal = _HAND_OVER["appeals"].contains([{"appeal_id": appeal_id}])
    first = select(cast(case_id, Text).label("case_id"), true().label("taken"))
    chain = first.cte("chain", recursive=True)
    chain = chain.union(_handed_over().where(events.c.case_id == chain.c.case_id, of_appeal))
    rows = (await connection.execute(select(chain).where(chain.c.case_id != case_id))).all()
    if not all(row.taken for row in rows):
        raise TransientError("hand_over_on_its_way", f"Case {case_id} is handing tracks over.")
    return tuple(sorted({row.case_id for row in rows}))


async def taker_of(connection: AsyncConnection, case_id: CaseId) -> CaseId | None:
    """The case that took over the last tracks that this one handed over; None where it never did."""
    taker = await _last_hand_over(connection, case_id)
    return None if taker is None else taker.case_id


def with_takers(earlier: Select[Any]) -> CTE:
    """The cases of `earlier` (a selection of `case_id`), and those that took tracks of them over."""
    chain = earlier.cte("chain", recursive=True)
    further = select(_HAND_OVER["to_case"].astext).where(
        events.c.case_id == chain.c.case_id, events.c.type == _HANDED_OVER
    )
    return chain.union(further)


async def _last_hand_over(
    connection: AsyncConnection, case_id: CaseId, *of: ColumnElement[bool]
) -> Row[str, bool] | None:
    query = _handed_over().where(events.c.case_id == case_id, *of)
    return (await connection.execute(query.order_by(events.c.seq.desc()).limit(1))).first()


def _handed_over() -> Select[str, bool]:
    """Where tracks went, and whether they have arrived."""
    theirs = events.alias()
    arrived = and_(
        theirs.c.case_id == _HAND_OVER["to_case"].astext,
        theirs.c.type == _TAKEN_OVER,
        theirs.c.cause == func.concat("hand_over/", _HAND_OVER["id"].astext),
    )
    to_case: ColumnElement[CaseId] = _HAND_OVER["to_case"].astext.label("case_id")
    return select(to_case, exists().where(arrived).label("taken")).where(events.c.type == _HANDED_OVER)


async def _has_open_track(connection: AsyncConnection, case_id: CaseId, service: str) -> bool:
    track = exists().where(
        tracks.c.case_id == case_id, tracks.c.service == service, tracks.c.outcome.is_(None)
    )
    return bool(await connection.scalar(select(track)))
