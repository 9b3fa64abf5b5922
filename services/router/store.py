"""Decides, in one transaction, which case an appeal goes to, and keeps what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger import tables as ledger
from schemas.appeals import AppealReceived
from schemas.frozen import CaseId, Code
from services.router.commands import APPEAL_COMMAND
from services.router.decision import (
    Claim,
    Decision,
    Joined,
    Matter,
    Opened,
    Triaged,
    choose_case,
    claims,
    given_here,
)
from services.router.tables import matters, routed


@dataclass(frozen=True)
class Routed:
    """A decision as it is recorded: the `services` that the case gives for this appeal.

    `repeated` when it was taken before, for the same appeal.
    """

    decision: Decision
    services: tuple[Code, ...]
    repeated: bool


async def decide(
    connection: AsyncConnection,
    appeal: AppealReceived,
    services: Sequence[Code],
    catalogue_version: str,
    now: datetime,
) -> Routed:
    """Take the decision about `appeal`, or return the one taken before.

    Two tries with the same appeal wait for each other on its row in `routed`, two appeals of one person on
    their rows in `matters`, always in this order and by service, so that nobody waits in a circle. Whether
    a matter is pending is read only after its row is locked.
    """
    services = tuple(dict.fromkeys(services))
    if not await _enter(connection, appeal, services, catalogue_version, now):
        return await _recorded(connection, appeal)
    if appeal.applicant_index is None:
        return Routed(choose_case(appeal, services, ()), services, repeated=False)
    for service in sorted(services):
        await _lock(connection, appeal, appeal.applicant_index, service, now)
    known = await _matters(connection, appeal, services)
    decision = choose_case(appeal, services, known)
    claimed = claims(decision, services, known, now)
    await _claim(connection, appeal, decision, claimed)
    given = given_here(decision, services, claimed)
    if (decision.case_id, given) != (appeal.case_id, services):
        await connection.execute(
            update(routed)
            .where(routed.c.appeal_id == appeal.appeal_id)
            .values(case_id=decision.case_id, services=list(given))
        )
    return Routed(decision, given, repeated=False)


async def _enter(
    connection: AsyncConnection,
    appeal: AppealReceived,
    services: Sequence[Code],
    catalogue_version: str,
    now: datetime,
) -> bool:
    entered = await connection.execute(
        insert(routed)
        .values(
            appeal_id=appeal.appeal_id,
            case_id=appeal.case_id,
            services=list(services),
            decided_at=now,
            catalogue_version=catalogue_version,
        )
        .on_conflict_do_nothing()
        .returning(routed.c.appeal_id)
    )
    return entered.first() is not None


async def _recorded(connection: AsyncConnection, appeal: AppealReceived) -> Routed:
    row = (
        await connection.execute(
            select(routed.c.case_id, routed.c.services).where(routed.c.appeal_id == appeal.appeal_id)
        )
    ).one()
    return Routed(_decision(appeal, row.case_id, row.services), tuple(row.services), repeated=True)


def _decision(appeal: AppealReceived, case_id: CaseId, services: Sequence[Code]) -> Decision:
    if not services:
        return Triaged(case_id)
    return Opened(case_id) if case_id == appeal.case_id else Joined(case_id)


async def _lock(
    connection: AsyncConnection, appeal: AppealReceived, applicant_index: str, service: Code, now: datetime
) -> None:
    claim = insert(matters).values(
        applicant_index=applicant_index,
        service=service,
        case_id=appeal.case_id,
        appeal_id=appeal.appeal_id,
        claimed_at=now,
    )
    unchanged = {"case_id": matters.c.case_id}
    await connection.execute(
        claim.on_conflict_do_update(index_elements=["applicant_index", "service"], set_=unchanged)
    )


async def _matters(
    connection: AsyncConnection, appeal: AppealReceived, services: Sequence[Code]
) -> tuple[Matter, ...]:
    """The matters that others brought before; those this appeal has just entered are no news."""
    columns = (matters.c.service, matters.c.case_id, matters.c.claimed_at)
    rows = await connection.execute(
        select(*columns, _pending().label("pending")).where(
            matters.c.applicant_index == appeal.applicant_index,
            matters.c.service.in_(services),
            matters.c.appeal_id != appeal.appeal_id,
        )
    )
    return tuple(Matter(row.service, row.case_id, row.claimed_at, row.pending) for row in rows)


def _pending() -> ColumnElement[bool]:
    """Whether the case of a matter still owes its answer, or has yet to hear of its claim."""
    of_service = and_(
        ledger.tracks.c.case_id == matters.c.case_id, ledger.tracks.c.service == matters.c.service
    )
    cause = func.concat(APPEAL_COMMAND, matters.c.appeal_id)
    heard = exists().where(ledger.events.c.case_id == matters.c.case_id, ledger.events.c.cause == cause)
    owed = exists().where(of_service, ledger.tracks.c.outcome.is_(None))
    is_open = exists().where(ledger.cases.c.case_id == matters.c.case_id, ledger.cases.c.status == "open")
    return or_(not_(heard), owed, and_(not_(exists().where(of_service)), is_open))


async def _claim(
    connection: AsyncConnection, appeal: AppealReceived, decision: Decision, claimed: Sequence[Claim]
) -> None:
    for claim in claimed:
        if claim.case_id != decision.case_id:
            continue
        await connection.execute(
            update(matters)
            .where(matters.c.applicant_index == appeal.applicant_index, matters.c.service == claim.service)
            .values(case_id=claim.case_id, appeal_id=appeal.appeal_id, claimed_at=claim.claimed_at)
        )
