"""What the adapter published, read from Kafka itself."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from kit.kafka.connection import client_options
from schemas.agency_statuses import AssignmentStatus
from schemas.envelope import CloudEvent
from schemas.topics import AGENCY_STATUSES
from tests.waiting import until

Event = CloudEvent[AssignmentStatus]


async def records(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    """Everything on `topic`, from its beginning to where it ends now."""
    consumer = AIOKafkaConsumer(
        topic, **client_options(bootstrap), enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        found: list[ConsumerRecord] = []
        async with asyncio.timeout(60):
            while any([await consumer.position(each) < ends[each] for each in partitions]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += batch
        return found
    finally:
        await consumer.stop()


async def statuses_of(bootstrap: str, case_id: str) -> list[Event]:
    """The statuses published about a case, in the order of the topic."""
    found = [record for record in await records(bootstrap, AGENCY_STATUSES) if record.key == case_id.encode()]
    return [Event.model_validate_json(record.value) for record in found]


def ended(events: list[Event]) -> bool:
    """Whether one of them is the end."""
    return any(event.data.status in ("fulfilled", "refused", "forwarded") for event in events)


async def all_statuses(bootstrap: str, case_id: str) -> list[Event]:
    """The statuses published about a case, once the end of its assignment is there."""

    async def whole() -> list[Event] | None:
        events = await statuses_of(bootstrap, case_id)
        return events if ended(events) else None

    return await until(whole, "the end of the assignment is published")
