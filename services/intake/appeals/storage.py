"""What intake keeps of appeals in PostgreSQL: each written whole in one transaction, or not at all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from kit import failpoints
from kit.database import Database
from kit.vault import data_keys
from schemas.appeals import AppealReceived
from services.intake.appeals.acceptance import AppealAcceptance, AppealResponse
from services.intake.claims import MESSAGE, ClaimStatement, Insert, message_values
from services.intake.idempotency import Outcome
from services.intake.tables import appeals, tracking_sequence

AppealOutcome = Outcome[AppealResponse]

NUMBERS_AT_ONCE = 100

_APPEAL = Insert.of(appeals)
_RECEIVED = tuple(name for name in _APPEAL.values if name in AppealReceived.model_fields)
_DATA_KEY = Insert(data_keys, {"key_id": "case_id", "wrapped": "wrapped"})

_SUMMARY = select(appeals.c.tracking_number, appeals.c.received_at, appeals.c.services).where(
    appeals.c.tracking_number == bindparam("number")
)


@dataclass(frozen=True)
class AppealSummary:
    """What may be shown of an accepted appeal without opening anything."""

    tracking_number: str
    received_at: datetime
    services: tuple[str, ...]


class AppealStore:
    """The one transaction of an accepted appeal, and what is read of it."""

    def __init__(self, database: Database, retry_hours: int) -> None:
        self._database = database
        self._statement = ClaimStatement[AppealResponse](
            appeals.c.appeal_id, _APPEAL, _DATA_KEY, MESSAGE, retry_hours=retry_hours
        )

    async def accept_all(self, batch: Sequence[AppealAcceptance]) -> list[AppealOutcome]:
        """Write what is new in `batch`, all or nothing; one outcome for each, in order.

        Failpoints: `intake.before_commit`, `intake.after_commit`.
        """
        offered = [(acceptance.claim, _values(acceptance)) for acceptance in batch]
        async with self._database.transaction() as connection:
            outcomes = await self._statement.write(connection, offered)
            failpoints.hit("intake.before_commit")
        failpoints.hit("intake.after_commit")
        return outcomes

    async def summary(self, tracking_number: str) -> AppealSummary | None:
        """What may be shown of the appeal with this tracking number."""
        async with self._database.statement() as connection:
            row = (await connection.execute(_SUMMARY, {"number": tracking_number})).one_or_none()
        return AppealSummary(row.tracking_number, row.received_at, tuple(row.services)) if row else None


class TrackingSequence:
    """Running numbers of tracking numbers, taken by the hundred: unique, not without gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers: list[int] = []
        self._taking = asyncio.Lock()

    async def next(self) -> int:
        """The next number; no other call ever gets it."""
        while not self._numbers:
            async with self._taking:
                if not self._numbers:
                    self._numbers = (await self.take(NUMBERS_AT_ONCE))[::-1]
        return self._numbers.pop()

    async def take(self, count: int) -> list[int]:
        """`count` such numbers, rising."""
        series = func.generate_series(1, count).table_valued("value")
        async with self._database.transaction() as connection:
            taken = await connection.scalars(select(tracking_sequence.next_value()).select_from(series))
            return sorted(taken)


def _values(acceptance: AppealAcceptance) -> dict[str, object]:
    return {
        **{name: getattr(acceptance.appeal, name) for name in _RECEIVED},
        "actor_id": acceptance.claim.actor_id,
        "record_digest": acceptance.record_digest,
        "traceparent": acceptance.traceparent,
        "wrapped": acceptance.wrapped_key,
        **message_values(acceptance.message),
    }
