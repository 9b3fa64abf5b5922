"""Which case handles a service for an applicant: claims under row locks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, any_, bindparam, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.appeals import AppealReceived
from schemas.frozen import CaseId, Code
from services.router.case_choice import EarlierClaim, ServiceClaim
from services.router.confirmation import Identity
from services.router.hand_over_lookup import follow_hand_overs
from services.router.pending_claims import claim_columns
from services.router.tables import applicant_claims


async def lock_applicant(
    connection: AsyncConnection, appeal: AppealReceived, services: Sequence[Code], now: datetime
) -> None:
    """Claim the services for the applicant where nobody has; wait for whoever decides on them now."""
    person = _stored(Identity.of(appeal))
    rows = [
        {
            "applicant_index": appeal.applicant_index,
            "service": service,
            "case_id": appeal.case_id,
            "appeal_id": appeal.appeal_id,
            "claimed_at": now,
            "person": person,
        }
        for service in sorted(services)
    ]
    if rows:
        await connection.execute(_LOCK, rows)


async def claims_by_applicant(
    connection: AsyncConnection, appeal: AppealReceived, services: Sequence[Code]
) -> tuple[EarlierClaim, ...]:
    """The claims of the applicant's other appeals, without those that this appeal has just entered."""
    parameters = {
        "applicant": appeal.applicant_index,
        "asked": list(services),
        "appeal": appeal.appeal_id,
    }
    rows = await connection.execute(_EARLIER, parameters)
    claims = [
        EarlierClaim(**{**row, "person": row["person"] and Identity.model_validate(row["person"])})
        for row in rows.mappings().all()
    ]
    return tuple([await follow_hand_overs(connection, claim) for claim in claims])


async def claim_for_applicant(
    connection: AsyncConnection, appeal: AppealReceived, case_id: CaseId, claims: Sequence[ServiceClaim]
) -> None:
    """Keep those of `claims` that are with `case_id`; the others stand already."""
    for claim in claims:
        if claim.case_id != case_id:
            continue
        parameters = {
            "applicant": appeal.applicant_index,
            "asked": claim.service,
            "to_case": claim.case_id,
            "appeal": appeal.appeal_id,
            "at": claim.claimed_at,
            "who": claim.person and _stored(claim.person),
        }
        await connection.execute(_CLAIM, parameters)


def _stored(person: Identity) -> dict[str, object]:
    return person.model_dump(mode="json", exclude_none=True)


# Built once: each appeal runs all of them.
_LOCK = insert(applicant_claims).on_conflict_do_update(
    index_elements=["applicant_index", "service"], set_={"case_id": applicant_claims.c.case_id}
)
_EARLIER = select(
    *claim_columns(applicant_claims), applicant_claims.c.person, applicant_claims.c.appeal_id
).where(
    applicant_claims.c.applicant_index == bindparam("applicant"),
    applicant_claims.c.service == any_(bindparam("asked", type_=ARRAY(Text))),
    applicant_claims.c.appeal_id != bindparam("appeal"),
)
_CLAIM = (
    update(applicant_claims)
    .where(
        applicant_claims.c.applicant_index == bindparam("applicant"),
        applicant_claims.c.service == bindparam("asked"),
    )
    .values(
        case_id=bindparam("to_case"),
        appeal_id=bindparam("appeal"),
        claimed_at=bindparam("at"),
        person=bindparam("who", type_=applicant_claims.c.person.type),
    )
)
