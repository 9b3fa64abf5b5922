"""Decides, in one transaction, which case an appeal goes to, and keeps what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, any_, bindparam, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.terms import Terms
from schemas.appeals import AppealReceived
from schemas.frozen import CaseId, Code
from services.router.contacts import asked_for, claim_contacts, lock_contacts, matters_by_contact
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
from services.router.hand_over_lookup import cases_since, follow
from services.router.history import history_of, matter_columns
from services.router.manual_review import likely_duplicate, repeat_of
from services.router.tables import applicant_claims, routing_decisions
from workflows.case.commands import ManualReview


@dataclass(frozen=True)
class Routed:
    """A decision as it is recorded: the `services` that the case gives for this appeal.

    `repeated` when it was taken before, for the same appeal; `held` when a person looks at the appeal first.
    """

    decision: Decision
    services: tuple[Code, ...]
    repeated: bool
    held: ManualReview | None = None


async def decide(
    connection: AsyncConnection,
    appeal: AppealReceived,
    services: Sequence[Code],
    catalogue_version: str,
    now: datetime,
    terms: Terms,
) -> Routed:
    """Take the decision about `appeal`, or return the one taken before.

    Two tries with the same appeal wait for each other on its row in `routed`, two appeals of one contact on
    their rows in `contacts`, two of one person on those in `matters`, always in this order and sorted: so
    nobody waits in a circle. Whether a matter is pending is read only after its row is locked.
    """
    services = tuple(dict.fromkeys(services))
    if not await _enter(connection, appeal, services, catalogue_version, now):
        return await _recorded(connection, appeal)
    asked = asked_for(appeal, services)
    await lock_contacts(connection, appeal, asked, now)
    if appeal.applicant_index is None:
        decision = choose_case(appeal, services, ())
        held = likely_duplicate(appeal.case_id, await matters_by_contact(connection, appeal, asked))
        decided = Routed(decision, services, repeated=False, held=held)
    else:
        decided = await _decide(connection, appeal, appeal.applicant_index, services, now, terms)
    await claim_contacts(connection, appeal, decided.decision.case_id, asked, now)
    await _keep(connection, appeal, services, decided)
    return decided


async def cases_of(connection: AsyncConnection, appeal_id: CaseId) -> tuple[CaseId, ...]:
    """The case to which an appeal was routed, and those that took tracks of it over; none where it was not.

    Raises:
        TransientError: `hand_over_on_its_way`: one of them has not taken them yet.
    """
    found = await connection.scalar(
        select(routing_decisions.c.case_id).where(routing_decisions.c.appeal_id == appeal_id)
    )
    return () if found is None else (found, *await cases_since(connection, found, appeal_id))


async def _decide(
    connection: AsyncConnection,
    appeal: AppealReceived,
    applicant_index: str,
    services: tuple[Code, ...],
    now: datetime,
    terms: Terms,
) -> Routed:
    await _lock(connection, appeal, applicant_index, services, now)
    known = await _matters(connection, appeal, services)
    decision = choose_case(appeal, services, known)
    claimed = claims(decision, services, known, now)
    await _claim(connection, appeal, decision, claimed)
    given = given_here(decision, services, claimed)
    history = await history_of(connection, appeal, given)
    held = repeat_of(given, known, history, appeal.received_at, terms)
    return Routed(decision, given, repeated=False, held=held)


async def _keep(
    connection: AsyncConnection, appeal: AppealReceived, services: tuple[Code, ...], decided: Routed
) -> None:
    """Write down what was decided, where it is not what was entered."""
    if (decided.decision.case_id, decided.services, decided.held) == (appeal.case_id, services, None):
        return
    held = None if decided.held is None else decided.held.model_dump(mode="json", exclude_none=True)
    await connection.execute(
        update(routing_decisions)
        .where(routing_decisions.c.appeal_id == appeal.appeal_id)
        .values(case_id=decided.decision.case_id, services=list(decided.services), held=held)
    )


async def _enter(
    connection: AsyncConnection,
    appeal: AppealReceived,
    services: Sequence[Code],
    catalogue_version: str,
    now: datetime,
) -> bool:
    row = {
        "appeal_id": appeal.appeal_id,
        "case_id": appeal.case_id,
        "services": list(services),
        "decided_at": now,
        "catalogue_version": catalogue_version,
        "applicant_index": appeal.applicant_index,
    }
    entered = await connection.execute(_ENTER, row)
    return entered.first() is not None


async def _recorded(connection: AsyncConnection, appeal: AppealReceived) -> Routed:
    row = (
        await connection.execute(
            select(routing_decisions.c.case_id, routing_decisions.c.services, routing_decisions.c.held).where(
                routing_decisions.c.appeal_id == appeal.appeal_id
            )
        )
    ).one()
    return Routed(
        _decision(appeal, row.case_id, row.services),
        tuple(row.services),
        repeated=True,
        held=None if row.held is None else ManualReview.model_validate(row.held),
    )


def _decision(appeal: AppealReceived, case_id: CaseId, services: Sequence[Code]) -> Decision:
    if not services:
        return Triaged(case_id)
    return Opened(case_id) if case_id == appeal.case_id else Joined(case_id)


async def _lock(
    connection: AsyncConnection,
    appeal: AppealReceived,
    applicant_index: str,
    services: Sequence[Code],
    now: datetime,
) -> None:
    rows = [
        {
            "applicant_index": applicant_index,
            "service": service,
            "case_id": appeal.case_id,
            "appeal_id": appeal.appeal_id,
            "claimed_at": now,
        }
        for service in sorted(services)
    ]
    if rows:
        await connection.execute(_LOCK, rows)


async def _matters(
    connection: AsyncConnection, appeal: AppealReceived, services: Sequence[Code]
) -> tuple[Matter, ...]:
    """The matters that others brought before; those this appeal has just entered are no news."""
    wanted = {
        "applicant": appeal.applicant_index,
        "wanted": list(services),
        "but": appeal.appeal_id,
    }
    rows = await connection.execute(_MATTERS, wanted)
    return tuple([await follow(connection, Matter(**row)) for row in rows.mappings().all()])


async def _claim(
    connection: AsyncConnection, appeal: AppealReceived, decision: Decision, claimed: Sequence[Claim]
) -> None:
    for claim in claimed:
        if claim.case_id != decision.case_id:
            continue
        values = {
            "applicant": appeal.applicant_index,
            "wanted": claim.service,
            "to_case": claim.case_id,
            "by_appeal": appeal.appeal_id,
            "at": claim.claimed_at,
        }
        await connection.execute(_CLAIM, values)


# Built once: each appeal asks all of them.
_ENTER = insert(routing_decisions).on_conflict_do_nothing().returning(routing_decisions.c.appeal_id)
_LOCK = insert(applicant_claims).on_conflict_do_update(
    index_elements=["applicant_index", "service"], set_={"case_id": applicant_claims.c.case_id}
)
_MATTERS = select(*matter_columns(applicant_claims)).where(
    applicant_claims.c.applicant_index == bindparam("applicant"),
    applicant_claims.c.service == any_(bindparam("wanted", type_=ARRAY(Text))),
    applicant_claims.c.appeal_id != bindparam("but"),
)
_CLAIM = (
    update(applicant_claims)
    .where(
        applicant_claims.c.applicant_index == bindparam("applicant"),
        applicant_claims.c.service == bindparam("wanted"),
    )
    .values(case_id=bindparam("to_case"), appeal_id=bindparam("by_appeal"), claimed_at=bindparam("at"))
)
