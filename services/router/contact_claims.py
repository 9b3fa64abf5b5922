"""Which case a service is claimed by for a contact: how an appeal without a FIN meets what it may double."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, any_, bindparam, not_, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.appeals import AppealReceived
from schemas.frozen import CaseId, Code
from services.router.decision import Matter
from services.router.hand_over_lookup import follow
from services.router.history import is_pending, matter_columns
from services.router.tables import contact_claims


def asked_for(appeal: AppealReceived, services: Sequence[Code]) -> tuple[Code, ...]:
    """What the appeal asks for: also one that a rule sends to triage says it."""
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


async def matters_by_contact(
    connection: AsyncConnection, appeal: AppealReceived, asked: Sequence[Code]
) -> tuple[Matter, ...]:
    """What others claimed for a contact of the appeal, of the services it asks for."""
    if not appeal.contact_indexes:
        return ()
    rows = await connection.execute(_MATTERS, _of(appeal, asked))
    return tuple([await follow(connection, Matter(**row)) for row in rows.mappings().all()])


async def claim_contacts(
    connection: AsyncConnection,
    appeal: AppealReceived,
    case_id: CaseId,
    asked: Sequence[Code],
    now: datetime,
) -> None:
    """Have the services claimed by `case_id` for the appeal's contacts; what others have pending stays."""
    if not appeal.contact_indexes:
        return
    await connection.execute(_CLAIM, {**_of(appeal, asked), "to_case": case_id, "at": now})


def _of(appeal: AppealReceived, asked: Sequence[Code]) -> dict[str, object]:
    return {
        "of": list(appeal.contact_indexes),
        "asked": list(asked),
        "appeal": appeal.appeal_id,
    }


# Built once: each appeal asks all of them.
_OF_APPEAL = (
    contact_claims.c.contact_index == any_(bindparam("of", type_=ARRAY(Text))),
    contact_claims.c.service == any_(bindparam("asked", type_=ARRAY(Text))),
)
_ITS_OWN = contact_claims.c.appeal_id == bindparam("appeal")
_LOCK = insert(contact_claims).on_conflict_do_update(
    index_elements=["contact_index", "service"], set_={"case_id": contact_claims.c.case_id}
)
_MATTERS = select(*matter_columns(contact_claims)).where(*_OF_APPEAL, not_(_ITS_OWN))
_CLAIM = (
    update(contact_claims)
    .where(*_OF_APPEAL, or_(_ITS_OWN, not_(is_pending(contact_claims))))
    .values(case_id=bindparam("to_case"), appeal_id=bindparam("appeal"), claimed_at=bindparam("at"))
)
