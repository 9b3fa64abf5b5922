"""The surroundings of the notifier: events as the ledger publishes them, and what the providers got."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from kit.clock import Clock
from kit.database import Database
from kit.kafka.producer import Producer
from kit.outbox.table import OutboxMessage
from kit.vault import Vault
from ledger.chain import GENESIS, canonical, chain
from ledger.tables import events
from schemas.actors import SYSTEM
from schemas.appeals import AppealContent, AppealReceived
from schemas.case_events import CaseEvent, EventPayload, RecordedEvent
from schemas.envelope import CloudEvent
from schemas.notice_outcomes import NoticeOutcome
from schemas.topics import NOTICE_OUTCOMES
from services.notifier.tables import notifications
from tests.builders import MONDAY
from tests.integration.agency_adapter.published import records
from tests.integration.service import ServiceProcess, until

CASE_EVENTS = "vahid.case-events.v1"
CLOCK = Clock(epoch=MONDAY + timedelta(hours=1), started_at=datetime.now(UTC))
"""It begins at eleven on a Monday in Baku: everybody is at work while the tests run."""


@dataclass
class Case:
    """A case whose events are published one by one."""

    case_id: str = field(default_factory=lambda: str(uuid4()))
    seq: int = 0


class Harness:
    """Publishes events, and reads rows and providers."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        producer: Producer,
        mail: ServiceProcess,
        sms: ServiceProcess,
        bootstrap: str,
    ) -> None:
        self.database = database
        self.vault = vault
        self._producer = producer
        self._mail = mail
        self._sms = sms
        self._bootstrap = bootstrap

    async def appeal(self, case: Case, *, phone: str = "", email: str = "", **more: Any) -> AppealReceived:
        """An appeal whose content is sealed under the key of the case."""
        applicant = {"surname": "Əliyeva", "name": "Ayan", "phone": phone or None, "email": email or None}
        content = AppealContent.model_validate({"applicant": applicant, "category": "wounded"})
        values: dict[str, Any] = {
            "appeal_id": str(uuid4()),
            "case_id": case.case_id,
            "tracking_number": f"VHD-{uuid4().hex[:8]}",
            "channel": "online",
            "received_at": MONDAY,
            "services": ("psychological-support",),
            "notice_channels": ("sms", "email"),
            "receipt_digest": "0" * 64,
            "sealed": await self.seal(case, content.model_dump_json().encode()),
        }
        return AppealReceived(**values | more)

    async def seal(self, case: Case, content: bytes) -> str:
        """`content` under the case's key."""
        async with self.database.transaction() as connection:
            return (await self.vault.create_data_key(connection, case.case_id)).seal(content)

    async def record(self, case: Case, payload: EventPayload, at: datetime = MONDAY) -> str:
        """Publish the next event of the case, recorded at `at`; returns its message's id."""
        case.seq += 1
        return await self.publish(case.case_id, case.seq, payload, at)

    async def publish(self, case_id: str, seq: int, payload: EventPayload, at: datetime = MONDAY) -> str:
        """Record an event, and publish it as the ledger's relay does."""
        (recorded,) = chain(
            GENESIS,
            [
                CaseEvent(
                    case_id=case_id, seq=seq, recorded_at=at, cause="test", actor=SYSTEM, payload=payload
                )
            ],
        )
        await self._enter(recorded)
        return await self.send(recorded)

    async def _enter(self, event: RecordedEvent) -> None:
        row = {
            "case_id": event.case_id,
            "seq": event.seq,
            "type": event.payload.type,
            "recorded_at": event.recorded_at,
            "cause": event.cause,
            "entry": canonical(event),
            "prev_hash": event.prev_hash,
            "hash": event.hash,
        }
        async with self.database.transaction() as connection:
            await connection.execute(insert(events).values(row).on_conflict_do_nothing())

    async def send(self, recorded: RecordedEvent) -> str:
        """Publish the event, whether or not it is recorded; returns its message's id."""
        case_id, seq, payload = recorded.case_id, recorded.seq, recorded.payload
        event = CloudEvent[RecordedEvent](
            id=f"{case_id}/{seq}",
            source="ledger",
            type=payload.type,
            subject=case_id,
            time=MONDAY,
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            data=recorded,
        )
        await self._producer.send([OutboxMessage(CASE_EVENTS, case_id, event.encode())])
        return event.id

    async def rows(self, event_id: str) -> dict[str, Any]:
        """The row of an event by channel; of several, one that is not skipped."""
        query = select(notifications).where(notifications.c.event_id == event_id)
        async with self.database.transaction() as connection:
            rows = list(await connection.execute(query))
        return {row.channel: row for row in sorted(rows, key=lambda row: row.state != "skipped")}

    async def open_hours(self, *event_ids: str) -> None:
        """Let the hours of the officials who wait for these events begin now, all at once."""
        waiting = update(notifications).where(notifications.c.event_id.in_(event_ids))
        async with self.database.transaction() as connection:
            await connection.execute(waiting.values(next_attempt_at=func.now()))

    async def official_rows(self, *event_ids: str) -> list[Any]:
        """The notifications to officials of these events, by recipient."""
        query = select(notifications).where(notifications.c.event_id.in_(event_ids))
        async with self.database.transaction() as connection:
            return list(await connection.execute(query.order_by(notifications.c.recipient)))

    async def settled(self, event_id: str, **states: str) -> dict[str, Any]:
        """The rows of an event by channel, once they have come to these states."""

        async def there() -> bool:
            rows = await self.rows(event_id)
            return {channel: rows[channel].state for channel in states if channel in rows} == states

        await until(there)
        return await self.rows(event_id)

    async def reports(self, case: Case, count: int) -> list[NoticeOutcome]:
        """What the case is told of its notices, once it is `count` reports or more."""
        found: list[NoticeOutcome] = []

        async def there() -> bool:
            found[:] = [
                CloudEvent[NoticeOutcome].model_validate_json(record.value).data
                for record in await records(self._bootstrap, NOTICE_OUTCOMES)
                if record.key == case.case_id.encode()
            ]
            return len(found) >= count

        await until(there)
        return found

    async def mails(self, address: str) -> list[dict[str, Any]]:
        """The e-mails that `address` got."""
        return [mail for mail in await _accepted(self._mail) if address in mail["rcpt_tos"]]

    async def texts(self, number: str) -> list[dict[str, Any]]:
        """The SMS that `number` got."""
        return [text for text in await _accepted(self._sms) if text["to"] == number]


async def _accepted(provider: ServiceProcess) -> list[dict[str, Any]]:
    response = await provider.get("/messages?since=0&limit=10000", headers={"Authorization": "Bearer secret"})
    response.raise_for_status()
    messages: list[dict[str, Any]] = response.json()["messages"]
    return messages
