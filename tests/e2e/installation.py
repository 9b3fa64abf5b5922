"""A whole installation under test: its commands, its endpoints, its topics, its tables."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from sqlalchemy import make_url

from kit.kafka.connection import client_options
from kit.kafka.producer import MAX_REQUEST_BYTES
from kit.settings import Settings
from tests.contract.connectors.simulated import change_behaviour
from tests.unit.intake.submissions import body
from tests.waiting import until
from vahid.demo.outcome import Outcome
from vahid.demo.run import Demonstration

SERVICES = ("worker", "router", "agency-adapter", "notifier", "console", "intake")
TRACED_PERSON = {"surname": "İzlənən", "name": "Nəfər", "fin": "9TRCE8X", "phone": "+994552000099"}
"""The applicant of the appeal that one test traces, and whose values another looks for."""
CALM = {"forward_rate": 0, "information_rate": 0, "late_rate": 0}
"""No chance leaves a step with the centre, where no staff works after the demonstration."""
PATIENCE = 240.0
"""Seconds that any wait may take on a busy machine."""

PENDING = {
    "open cases": "SELECT count(*) FROM ledger.cases WHERE status = 'open'",
    "events to publish": "SELECT count(*) FROM ledger.outbox WHERE published_at IS NULL",
    "notifications to send": """
        SELECT count(*) FROM notifier.notifications WHERE state IN ('planned', 'sending')""",
    "events without a notification": """
        SELECT count(*) FROM ledger.events e
        WHERE e.type IN ('az.vahid.case.opened.v1', 'az.vahid.appeal.joined.v1', 'az.vahid.track.answered.v1')
        AND NOT EXISTS (SELECT 1 FROM notifier.notifications n WHERE n.case_id = e.case_id)""",
}
"""What an idle installation has none of, by the query that counts it."""


class Installation:
    """The stack of a demonstration, its folder, and the outcome of the run."""

    def __init__(self, demonstration: Demonstration, outcome: Outcome) -> None:
        self.stack = demonstration.stack
        self.home: Path = self.stack.home.root
        self.outcome = outcome
        self.environment = self.stack.environment()
        self.api_keys = self.stack.api_keys
        self.addresses = self.stack.addresses
        self.kafka = self.environment["VAHID_KAFKA_BOOTSTRAP"]
        self._pending = ""

    @property
    def settings(self) -> Settings:
        """The settings of its processes."""
        return Settings(
            database_url=self.environment["VAHID_DATABASE_URL"],
            kafka_bootstrap=self.kafka,
            temporal_address=self.environment["VAHID_TEMPORAL_ADDRESS"],
            keys=Path(self.environment["VAHID_KEYS"]),
            clock=json.loads(self.environment["VAHID_CLOCK"]),
            attachments=self.environment["VAHID_ATTACHMENTS"],
        )

    def vahid(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command line with `environment` as its only settings."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("VAHID_")}
        return subprocess.run(
            [sys.executable, "-m", "vahid.main", *arguments, "--home", str(self.home)],
            env=clean | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[Any]:
        """A connection (asyncpg) to the database as the owner of all tables."""
        url = make_url(self.environment["VAHID_DATABASE_URL"]).set(drivername="postgresql")
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
        try:
            yield connection
        finally:
            await connection.close()

    async def value(self, query: str, *arguments: Any) -> Any:
        """The first value of a query's result."""
        async with self.owner() as connection:
            return await connection.fetchval(query, *arguments)

    def records(self, topic: str) -> list[Any]:
        """Every record in a topic now, each partition in order."""
        with closing(KafkaConsumer(**client_options(self.kafka), enable_auto_commit=False)) as reader:
            partitions = [TopicPartition(topic, number) for number in reader.partitions_for_topic(topic)]
            reader.assign(partitions)
            ends = reader.end_offsets(partitions)
            reader.seek_to_beginning(*partitions)
            found: list[Any] = []
            while any(reader.position(partition) < ends[partition] for partition in partitions):
                found += [record for batch in reader.poll(timeout_ms=1000).values() for record in batch]
            return found

    def topics(self) -> list[str]:
        """The names of all topics but Kafka's own."""
        with closing(KafkaConsumer(**client_options(self.kafka))) as reader:
            return sorted(name for name in reader.topics() if not name.startswith("__"))

    def publish(self, topic: str, messages: Iterable[tuple[int, bytes | None, bytes | None]]) -> list[Any]:
        """Publish each (partition, key, value) as it is; return the place of each record."""
        producer = KafkaProducer(**client_options(self.kafka), max_request_size=MAX_REQUEST_BYTES)
        with closing(producer):
            sent = [producer.send(topic, value, key, partition=number) for number, key, value in messages]
            return [future.get(timeout=PATIENCE) for future in sent]

    async def submit(self, key: str, traceparent: str | None = None, **changes: Any) -> httpx2.Response:
        """Intake's response to a valid appeal on the channel `online`, with `changes`."""
        headers = self.headers(key) | ({"traceparent": traceparent} if traceparent else {})
        return await self.post(headers, json=body(**changes))

    def headers(self, key: str) -> dict[str, str]:
        """The headers of the channel `online`."""
        return {"Authorization": f"Bearer {self.api_keys['online']}", "Idempotency-Key": key}

    async def post(self, headers: dict[str, str], **content: Any) -> httpx2.Response:
        """Intake's response to any content."""
        async with httpx2.AsyncClient(base_url=self.addresses["intake"], timeout=PATIENCE) as client:
            return await client.post("/v1/appeals", headers=headers, **content)

    async def case_of(self, response: httpx2.Response) -> str:
        """The case of an accepted appeal, once it is in one."""
        assert response.status_code == 201, response.text
        query = "SELECT case_id FROM ledger.cases WHERE tracking_numbers @> $1::jsonb"
        appeal = json.dumps([response.json()["tracking_number"]])

        async def poll() -> Any:
            return await self.value(query, appeal)

        return str(await until(poll, "the appeal is in a case", PATIENCE))

    async def wait_for(self, query: str, *arguments: Any) -> Any:
        """The value of `query`, once it is true."""

        async def poll() -> Any:
            return await self.value(query, *arguments)

        return await until(poll, query, PATIENCE)

    def agencies(self) -> dict[str, dict[str, str]]:
        """The address and the secrets of each simulated agency."""
        agencies: dict[str, dict[str, str]] = json.loads((self.home / "agencies.json").read_text())
        return agencies

    async def change_behaviour(self, agency_id: str, behaviour: Mapping[str, Any]) -> None:
        """Change some behaviour settings of a simulated agency."""
        await change_behaviour(self.agencies()[agency_id]["base_url"], behaviour)

    async def calm_agencies(self) -> None:
        """Set all simulated agencies to CALM."""
        for agency_id in self.agencies():
            await self.change_behaviour(agency_id, CALM)

    async def settle_triage(self, case_id: str) -> None:
        """Refuse the triage step of a case as the centre's staff, by the command line."""
        await self.wait_for(
            "SELECT true FROM ledger.steps WHERE case_id = $1 AND step = 't1.triage' AND ended_at IS NULL",
            case_id,
        )
        command = self.vahid("case", "report", case_id, "t1.triage", "refused", "--reason", "not_competent")
        assert command.returncode == 0, command.stdout + command.stderr

    async def wait_until_idle(self) -> None:
        """Wait until every case is answered, and every applicant notified.

        Once it has timed out it fails at once, so that no test waits for the remains of another.
        """
        assert not self._pending, f"an earlier test left {self._pending}"

        async def poll() -> bool:
            counts = {name: await self.value(query) for name, query in PENDING.items()}
            self._pending = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
            return not self._pending

        try:
            await until(poll, "the installation is idle", PATIENCE)
        except AssertionError as error:
            raise AssertionError(f"{error}; there are {self._pending}") from None


def without_fin(**changes: Any) -> dict[str, Any]:
    """An applicant without a FIN, whose appeal goes to triage and not to an agency."""
    person = {**body()["applicant"], "phone": "+994552000001", "email": None, "fin": None} | changes
    return {name: value for name, value in person.items() if value is not None}
