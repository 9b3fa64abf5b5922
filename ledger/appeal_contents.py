"""The appeals of a case with their sealed contents, from the entries that brought them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.errors import PermanentError
from ledger.chain import verify_entry
from ledger.tables import events
from schemas.appeals import AppealReceived
from schemas.case_events import EventPayload, RecordedEvent
from schemas.case_lifecycle_events import AppealJoined, AppealShared, CaseOpened
from schemas.hand_over_events import TracksTakenOver

_BRING_APPEALS = (CaseOpened, AppealJoined, AppealShared, TracksTakenOver)
_TYPES = tuple(str(kind.model_fields["type"].default) for kind in _BRING_APPEALS)


def brought_by(payload: EventPayload) -> tuple[AppealReceived, ...]:
    """The appeals that came to the case by this event. Pure."""
    if isinstance(payload, TracksTakenOver):
        return payload.appeals
    return (payload.appeal,) if isinstance(payload, CaseOpened | AppealJoined | AppealShared) else ()


def appeals_in(payloads: Iterable[EventPayload]) -> tuple[AppealReceived, ...]:
    """The appeals that a case's history brought, each once, in their order. Pure."""
    found: dict[str, AppealReceived] = {}
    for appeal in (appeal for payload in payloads for appeal in brought_by(payload)):
        found.setdefault(appeal.appeal_id, appeal)
    return tuple(found.values())


async def read_appeals(
    connection: AsyncConnection, case_id: str, ids: Sequence[str]
) -> tuple[AppealReceived, ...]:
    """The appeals `ids` of a case, in this order.

    Raises:
        PermanentError: `ledger.appeal_missing`, or `ledger.entry_changed`: an entry's hash does not hold.
    """
    query = (
        select(events.c.entry)
        .where(events.c.case_id == case_id, events.c.type.in_(_TYPES))
        .order_by(events.c.seq)
    )
    entries = list((await connection.execute(query)).scalars())
    if not all(map(verify_entry, entries)):
        raise PermanentError("ledger.entry_changed", f"An entry of case {case_id} was changed.")
    found = {
        appeal.appeal_id: appeal
        for appeal in appeals_in(RecordedEvent.model_validate_json(entry).payload for entry in entries)
    }
    if missing := [appeal_id for appeal_id in ids if appeal_id not in found]:
        sentence = f"The history of case {case_id} has no appeal {missing[0]}."
        raise PermanentError("ledger.appeal_missing", sentence, remedy="Run `vahid doctor`.")
    return tuple(found[appeal_id] for appeal_id in ids)
