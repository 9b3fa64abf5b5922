"""Which case handles a service for a contact: how an appeal without a FIN meets what it may duplicate."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, any_, bindparam, not_, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.appeals import AppealReceived
from schemas.frozen import CaseId, Code
from services.router.case_choice import EarlierClaim
from services.router.hand_over_lookup import follow_hand_overs
from services.router.pending_claims import claim_columns, is_pending
from services.router.tables import contact_claims


def asked_for(appeal: AppealReceived, services: Sequence[Code]) -> tuple[Code, ...]:
    """What the appeal asks for. An appeal that a rule sends to triage names its services itself."""
    return tuple(sorted(set(services or appeal.services)))


async def lock_contacts(
    connection: AsyncConnection, appeal: AppealReceived, asked: Sequence[Code], now: datetime
) -> None:
    """Claim the services for the appeal's contacts where nobody has; wait for whoever decides on them now."""
    rows = [
        {
            "contact_index": contact,
            "service": service,
            "case_id": appeal.case_id,
            "appeal_id": appeal.appeal_id,
            "claimed_at": now,
        }
        for contact in sorted(set(appeal.contact_indexes))
        for service in asked
    ]
    if rows:
        await connection.execute(_LOCK, rows)


async def claims_by_contact(
    connection: AsyncConnection, appeal: AppealReceived, asked: Sequence[Code]
) -> tuple[EarlierClaim, ...]:
    """The claims of other appeals for a contact of this one, of the services that it asks for."""
    if not appeal.contact_indexes:
        return ()
    rows = await connection.execute(_EARLIER, _parameters(appeal, asked))
    return tuple([await follow_hand_overs(connection, EarlierClaim(**row)) for row in rows.mappings().all()])


async def claim_for_contacts(
    connection: AsyncConnection,
    appeal: AppealReceived,
    case_id: CaseId,
    asked: Sequence[Code],
    now: datetime,
) -> None:
    """Claim the services for the appeal's contacts, by `case_id`; pending claims of other appeals stay."""
    if not appeal.contact_indexes:
        return
    await connection.execute(_CLAIM, {**_parameters(appeal, asked), "to_case": case_id, "at": now})


def _parameters(appeal: AppealReceived, asked: Sequence[Code]) -> dict[str, object]:
    return {
        "of": list(appeal.contact_indexes),
        "asked": list(asked),
        "appeal": appeal.appeal_id,
    }


# Built once: each appeal runs all of them.
_OF_APPEAL = (
    contact_claims.c.contact_index == any_(bindparam("of", type_=ARRAY(Text))),
    contact_claims.c.service == any_(bindparam("asked", type_=ARRAY(Text))),
)
_ITS_OWN = contact_claims.c.appeal_id == bindparam("appeal")
_LOCK = insert(contact_claims).on_conflict_do_update(
    index_elements=["contact_index", "service"], set_={"case_id": contact_claims.c.case_id}
)
_EARLIER = select(*claim_columns(contact_claims)).where(*_OF_APPEAL, not_(_ITS_OWN))
_CLAIM = (
    update(contact_claims)
    .where(*_OF_APPEAL, or_(_ITS_OWN, not_(is_pending(contact_claims))))
    .values(case_id=bindparam("to_case"), appeal_id=bindparam("appeal"), claimed_at=bindparam("at"))
)
