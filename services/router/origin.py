"""Whether an appeal or a document comes from intake: its receipt proves it, or intake's own row.

Nothing of a message that does not prove its origin reaches a case.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.database import Database
from kit.errors import PermanentError
from kit.receipts import (
    ISSUER,
    RECORD_DIGEST,
    ReceiptKeys,
    ReceiptRefusedError,
    receipt_digest,
    record_digest,
)
from kit.vault import SealBrokenError, key_id_of
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from services.router.metrics import UNPROVEN

Brought = AppealReceived | AppealSupplemented

RECEIPT_MISSING = "receipt_missing"
RECEIPT_DIFFERS = "receipt_differs"
SEALED_ELSEWHERE = "sealed_elsewhere"

_INVESTIGATE = "Find out who published it. Redrive nothing, and run `vahid doctor`."

_APPEAL = ("appeal_id", "case_id", "tracking_number", "channel", "received_at", "receipt_digest", "sealed")
_appeals = table("appeals", *map(column, (*_APPEAL, "services", "record_digest")), schema="intake")
_ATTACHMENT = ("attachment_id", "appeal_id", "case_id", "received_at", "address", "sealed_size")
_SEALED = ("receipt_digest", "sealed")
_attachments = table("attachments", *map(column, (*_ATTACHMENT, *_SEALED, "record_digest")), schema="intake")


class UnprovenError(PermanentError):
    """A message does not prove that intake accepted what it brings."""


class Origin:
    """Checks each message of `vahid.appeals.v1` against its receipt, before anything is done with it."""

    def __init__(self, keys: ReceiptKeys, database: Database) -> None:
        self._keys = keys
        self._database = database

    async def require(self, event: CloudEvent[Brought]) -> None:
        """Raise unless intake accepted the record in `event`, just as it is.

        A message of before receipts were published has none: intake's row of it must say the same.

        Raises:
            UnprovenError: `receipt_missing`, `receipt_differs` or `sealed_elsewhere`; counted.
            ReceiptRefusedError: `receipt_invalid` or `receipt_key_unknown`; counted.
        """
        try:
            _require_own_seal(event)
            if event.receipt is not None:
                require_signed(event, self._keys.claims(event.receipt))
            else:
                async with self._database.transaction() as connection:
                    await _require_kept(connection, event)
        except (UnprovenError, ReceiptRefusedError) as error:
            UNPROVEN.labels(code=error.code).inc()
            raise


def require_signed(event: CloudEvent[Brought], claims: Mapping[str, Any]) -> None:
    """Raise unless the `claims` of the receipt name the record in `event`. Pure.

    Raises:
        UnprovenError: `receipt_differs`.
    """
    record = event.data
    named = {"iss": ISSUER, "sub": _id_of(record), RECORD_DIGEST: record_digest(record)}
    same = all(claims.get(name) == value for name, value in named.items())
    if not same or receipt_digest(event.receipt or "") != record.receipt_digest:
        what = f"The receipt of message {event.id} is of another record than the one that came with it."
        raise UnprovenError(RECEIPT_DIFFERS, what, remedy=_INVESTIGATE)


def _require_own_seal(event: CloudEvent[Brought]) -> None:
    """The content is sealed by the data key of the appeal's own case, and by no other person's."""
    try:
        own = key_id_of(event.data.sealed) == event.data.case_id
    except SealBrokenError:
        own = False
    if not own:
        what = f"The content of message {event.id} is not sealed for case {event.data.case_id}."
        raise UnprovenError(SEALED_ELSEWHERE, what, remedy=_INVESTIGATE)


async def _require_kept(connection: AsyncConnection, event: CloudEvent[Brought]) -> None:
    """Intake has a row of before receipts were published, with the same values."""
    row = (await connection.execute(_kept(event.data))).mappings().first()
    if row is None or any(_plain(value) != _plain(getattr(event.data, name)) for name, value in row.items()):
        what = (
            f"Message {event.id} has no receipt, and intake has no such record of before receipts were sent."
        )
        raise UnprovenError(RECEIPT_MISSING, what, remedy=_INVESTIGATE)


def _kept(record: Brought) -> Select[Any]:
    if isinstance(record, AppealReceived):
        columns = (*(_appeals.c[name] for name in _APPEAL), _appeals.c.services)
        of = _appeals.c.appeal_id == record.appeal_id
        return select(*columns).where(of, _appeals.c.record_digest.is_(None))
    added = _attachments.c
    columns = (*(added[name] for name in (*_ATTACHMENT, *_SEALED)), _appeals.c.tracking_number)
    joined = _attachments.join(_appeals, added.appeal_id == _appeals.c.appeal_id)
    of = added.attachment_id == record.attachment_id
    return select(*columns, _appeals.c.channel).select_from(joined).where(of, added.record_digest.is_(None))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.timestamp()
    return tuple(value) if isinstance(value, list) else value


def _id_of(record: Brought) -> str:
    return record.appeal_id if isinstance(record, AppealReceived) else record.attachment_id
