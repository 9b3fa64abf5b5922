"""A relay, or a consumer, as a process of its own, so that a test can see it killed at a failpoint."""

import asyncio
import signal
import sys
from pathlib import Path

from kit.database import Database
from kit.kafka.consumer import Consumer
from kit.kafka.producer import Producer
from kit.outbox.relay import Relay
from tests.integration.kit.kafka_harness import Event
from tests.integration.kit.outbox_harness import OUTBOX


async def relay(name: str, database_url: str, bootstrap: str) -> None:
    """Publish the outbox of these tests until SIGTERM."""
    database, producer = Database(database_url), Producer(bootstrap, "relay")
    await producer.start()
    await Relay(name, database, OUTBOX, producer).run(_stopped())
    await producer.stop()
    await database.close()


async def consumer(group: str, topic: str, bootstrap: str, effects: str) -> None:
    """Append each number of `topic` to the file `effects` until SIGTERM."""
    made = Consumer(bootstrap, group, failure_limit=20)

    async def handle(event: Event) -> None:
        await asyncio.to_thread(_append, Path(effects), event.data.number)

    made.on(topic, Event, handle)
    await made.run(_stopped())


def _append(effects: Path, number: int) -> None:
    with effects.open("a") as file:
        file.write(f"{number}\n")


def _stopped() -> asyncio.Event:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    return stop


if __name__ == "__main__":
    asyncio.run({"relay": relay, "consumer": consumer}[sys.argv[1]](*sys.argv[2:]))
