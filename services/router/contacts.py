"""Which case a service is claimed by for a contact: how an appeal without a FIN meets what it may double."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import not_, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.appeals import AppealReceived
from schemas.frozen import CaseId, Code
from services.router.decision import Matter
from services.router.history import is_pending, matter_columns
from services.router.tables import contacts

_KEY = ["contact_index", "service"]


async def matters_by_contact(
    connection: AsyncConnection, appeal: AppealReceived, services: Sequence[Code], now: datetime
) -> tuple[Matter, ...]:
    """What others claimed for a contact of the appeal, of the services it asks for; their rows are locked."""
    asked = _asked(appeal, services)
    if not asked:
        return ()
    claim = _rows(appeal, appeal.case_id, asked, now)
    unchanged = {"case_id": contacts.c.case_id}
    await connection.execute(claim.on_conflict_do_update(index_elements=_KEY, set_=unchanged))
    rows = await connection.execute(
        select(*matter_columns(contacts)).where(
            contacts.c.contact_index.in_(appeal.contact_indexes),
            contacts.c.service.in_({service for _, service in asked}),
            contacts.c.appeal_id != appeal.appeal_id,
        )
    )
    return tuple(Matter(**row) for row in rows.mappings())


async def claim_contacts(
    connection: AsyncConnection,
    appeal: AppealReceived,
    case_id: CaseId,
    services: Sequence[Code],
    now: datetime,
) -> None:
    """Have the services of the appeal claimed by `case_id` for its contacts; what is pending stays."""
    asked = _asked(appeal, services)
    if not asked:
        return
    claim = _rows(appeal, case_id, asked, now)
    taken = {name: claim.excluded[name] for name in ("case_id", "appeal_id", "claimed_at")}
    await connection.execute(
        claim.on_conflict_do_update(index_elements=_KEY, set_=taken, where=not_(is_pending(contacts)))
    )


def _asked(appeal: AppealReceived, services: Sequence[Code]) -> list[tuple[str, Code]]:
    """Each contact with each service, in the order in which rows are locked.

    An appeal that a rule sent to triage still says what it asks for.
    """
    wanted = set(services or appeal.services)
    return sorted((contact, service) for contact in set(appeal.contact_indexes) for service in wanted)


def _rows(
    appeal: AppealReceived, case_id: CaseId, asked: Sequence[tuple[str, Code]], now: datetime
) -> Insert:
    return insert(contacts).values(
        [
            {
                "contact_index": contact,
                "service": service,
                "case_id": case_id,
                "appeal_id": appeal.appeal_id,
                "claimed_at": now,
            }
            for contact, service in asked
        ]
    )
