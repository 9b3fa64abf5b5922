"""A broker that knows its clients: nobody without a login, and nobody beyond the rights of a contract."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import kafka.errors
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, NewPartitions

from kit.errors import PermanentError
from kit.kafka.admin import ensure_topics
from kit.kafka.connection import KafkaConnection, client_options
from kit.kafka.consumer import Consumer
from kit.kafka.producer import Producer
from kit.kafka.rights import Right, _present, ensure_rights, rights
from kit.outbox.table import OutboxMessage
from schemas.topics import TopicContract, dlq_topic, load_contracts
from tests.integration.kit.kafka_harness import Event, event
from tests.waiting import until

pytestmark = pytest.mark.stack


@dataclass(frozen=True)
class Ours:
    """An owner, its topic, and the one consumer of it."""

    bootstrap: str
    contract: TopicContract

    @property
    def owner(self) -> str:
        return self.contract.owner

    @property
    def consumer(self) -> str:
        return self.contract.consumers[0]

    @property
    def passwords(self) -> dict[str, str]:
        return {self.owner: "o" * 20, self.consumer: "c" * 20}

    def address(self, login: str, password: str | None = None) -> str:
        servers = KafkaConnection.of(self.bootstrap).servers
        return f"kafka://{login}:{password or self.passwords[login]}@{servers}"


@pytest.fixture
async def ours(kafka_bootstrap: str) -> AsyncIterator[Ours]:
    name = f"t{uuid.uuid4().hex[:8]}"
    contract = TopicContract(
        topic=f"vahid.{name}.v1",
        owner=f"{name}_owner",
        key="case_id",
        types={"az.vahid.number.v1": "number"},
        partitions=1,
        consumers=(f"{name}_reader",),
    )
    made = Ours(kafka_bootstrap, contract)
    await asyncio.to_thread(ensure_topics, kafka_bootstrap, [contract], [dlq_topic(made.consumer)])
    await asyncio.to_thread(ensure_rights, kafka_bootstrap, made.passwords, rights([contract]))
    yield made
    await asyncio.to_thread(ensure_rights, kafka_bootstrap, made.passwords, [])


async def send(address: str, topic: str) -> None:
    async with Producer(address, "test") as producer:
        await producer.send([OutboxMessage(topic, "a", event(1, "a"))])


async def read(address: str, topic: str, group: str | None = None) -> int:
    """How many messages the login reads, once there is one."""
    reader = AIOKafkaConsumer(**client_options(address), group_id=group, auto_offset_reset="earliest")
    reader.subscribe([topic]) if group else reader.assign([TopicPartition(topic, 0)])
    await reader.start()
    try:
        async with asyncio.timeout(20):
            await reader.getone()
            return 1
    finally:
        await reader.stop()


async def test_the_owner_writes_and_the_consumer_reads_in_its_group(ours: Ours) -> None:
    seen: list[int] = []

    async def take(message: Event) -> None:
        seen.append(message.data.number)

    stop = asyncio.Event()
    consumer = Consumer(ours.address(ours.consumer), ours.consumer, failure_limit=3)
    consumer.on(ours.contract.topic, Event, take)
    running = asyncio.create_task(consumer.run(stop))
    await send(ours.address(ours.owner), ours.contract.topic)

    async def has_come() -> bool:
        return seen == [1]

    await until(has_come, "the consumer has the message")
    stop.set()
    await running


async def test_a_message_that_cannot_be_read_reaches_the_dead_letters_of_its_consumer(ours: Ours) -> None:
    producer = Producer(ours.address(ours.consumer), "test")
    async with producer:
        await producer.forward(dlq_topic(ours.consumer), key=b"a", value=b"broken", headers=())


@pytest.mark.parametrize(
    "forbidden",
    [
        lambda ours: send(ours.address(ours.consumer), ours.contract.topic),
        lambda ours: read(ours.address(ours.owner), ours.contract.topic),
        lambda ours: send(ours.address(ours.owner), dlq_topic(ours.consumer)),
    ],
    ids=["the consumer writes", "the owner reads", "the owner writes dead letters"],
)
async def test_nobody_goes_beyond_the_contract(
    ours: Ours, forbidden: Callable[[Ours], Awaitable[object]]
) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await forbidden(ours)


async def test_a_consumer_cannot_move_the_offsets_of_another_group(ours: Ours) -> None:
    with pytest.raises(GroupAuthorizationFailedError):
        await read(ours.address(ours.consumer), ours.contract.topic, "router")


@pytest.mark.parametrize("address", ["anonymous", "wrong password", "unknown login"])
async def test_a_stranger_can_do_nothing(ours: Ours, address: str) -> None:
    place = {
        "anonymous": KafkaConnection.of(ours.bootstrap).servers,
        "wrong password": ours.address(ours.owner, "x" * 20),
        "unknown login": ours.address("nobody", "x" * 20),
    }[address]
    with pytest.raises((KafkaError, KafkaConnectionError)):
        await send(place, ours.contract.topic)


async def test_a_service_cannot_give_itself_rights(ours: Ours) -> None:
    wish = Right(ours.owner, "READ", "TOPIC", ours.contract.topic)
    with pytest.raises(PermanentError) as caught:
        await asyncio.to_thread(ensure_rights, ours.address(ours.owner), ours.passwords, [wish])
    assert caught.value.code == "kafka_rights"
    with pytest.raises(TopicAuthorizationFailedError):
        await read(ours.address(ours.owner), ours.contract.topic)


async def test_a_right_that_no_contract_gives_any_more_is_taken_away(ours: Ours) -> None:
    await send(ours.address(ours.owner), ours.contract.topic)
    rest = [right for right in rights([ours.contract]) if right.login != ours.owner]
    await asyncio.to_thread(ensure_rights, ours.bootstrap, ours.passwords, rest)

    async def refused() -> bool:
        try:
            await send(ours.address(ours.owner), ours.contract.topic)
        except (TopicAuthorizationFailedError, ClusterAuthorizationFailedError):
            return True
        return False

    await until(refused, "the right is gone")


def test_the_controller_takes_no_stranger(servers, kafka_bootstrap: str) -> None:
    properties = (servers.home.root / "kafka" / "server.properties").read_text()
    controller = next(
        line.partition("=")[2]
        for line in properties.splitlines()
        if line.startswith("controller.quorum.bootstrap.servers")
    )
    with (
        pytest.raises(kafka.errors.KafkaError),
        closing(KafkaAdminClient(bootstrap_servers=controller, request_timeout_ms=3000)) as admin,
    ):
        admin.list_topics()


LOGINS = sorted({name for each in load_contracts() for name in (each.owner, *each.consumers)})
TOPICS = [contract.topic for contract in load_contracts()]
DEAD_LETTERS = sorted({dlq_topic(name) for each in load_contracts() for name in each.consumers})
WRITERS = {each.topic: {each.owner} for each in load_contracts()} | {
    dlq_topic(name): {name} for each in load_contracts() for name in each.consumers
}
READERS = {each.topic: set(each.consumers) for each in load_contracts()}
FORGED_WRITES = [
    (login, topic) for login in LOGINS for topic in (*TOPICS, *DEAD_LETTERS) if login not in WRITERS[topic]
]
FORBIDDEN_READS = [
    (login, topic)
    for login in LOGINS
    for topic in (*TOPICS, *DEAD_LETTERS)
    if login not in READERS.get(topic, ())
]


@pytest.fixture(scope="module")
def addresses(kafka_bootstrap: str) -> dict[str, str]:
    """The real topics, and the address of each real login with the rights of the contracts."""
    passwords = {login: f"{login} of this test".replace(" ", "-") for login in LOGINS}
    ensure_topics(kafka_bootstrap, load_contracts(), DEAD_LETTERS)
    ensure_rights(kafka_bootstrap, passwords, rights(load_contracts()))
    servers = KafkaConnection.of(kafka_bootstrap).servers
    return {login: f"kafka://{login}:{password}@{servers}" for login, password in passwords.items()}


def test_the_tables_below_hold_every_login_and_topic() -> None:
    assert {"agency_adapter", "intake", "ledger", "notifier", "router"} <= set(LOGINS)
    places = len(LOGINS) * (len(TOPICS) + len(DEAD_LETTERS))
    assert len(FORGED_WRITES) == places - len(TOPICS) - len(DEAD_LETTERS)
    assert len(FORBIDDEN_READS) == places - sum(map(len, READERS.values()))


@pytest.mark.parametrize(("login", "topic"), FORGED_WRITES)
async def test_a_service_forges_no_message_of_another(addresses, login: str, topic: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await send(addresses[login], topic)


@pytest.mark.parametrize(("login", "topic"), FORBIDDEN_READS)
async def test_a_service_reads_no_topic_that_no_contract_gives_it(addresses, login: str, topic: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await read(addresses[login], topic)


@pytest.mark.parametrize("login", LOGINS)
async def test_a_service_moves_no_offsets_of_others(addresses, login: str) -> None:
    for group in {name for each in load_contracts() for name in each.consumers} - {login}:
        with pytest.raises((GroupAuthorizationFailedError, TopicAuthorizationFailedError)):
            await read(addresses[login], TOPICS[0], group)


BROKER_ACTIONS: dict[str, Callable[[KafkaAdminClient], object]] = {
    "delete a topic": lambda admin: admin.delete_topics([TOPICS[0]]),
    "add partitions": lambda admin: admin.create_partitions({TOPICS[0]: NewPartitions(99)}),
    "let messages expire": lambda admin: admin.alter_configs(
        [ConfigResource("TOPIC", TOPICS[0], {"retention.ms": "1"})], raise_on_unknown=False, incremental=True
    ),
    "list the rights": lambda admin: list(_rights_of(admin)),
}


@pytest.mark.parametrize("action", BROKER_ACTIONS)
@pytest.mark.parametrize("login", LOGINS)
def test_a_service_administers_nothing(addresses, kafka_bootstrap: str, login: str, action: str) -> None:
    with closing(KafkaAdminClient(**client_options(addresses[login]))) as admin:
        assert _refused(lambda: BROKER_ACTIONS[action](admin))


def _rights_of(admin: KafkaAdminClient) -> Iterator[Right]:
    return _present(admin, LOGINS)


def _refused(act: Callable[[], object]) -> bool:
    """Whether the broker says that the login may not: by an error, or in its answer."""
    try:
        answer = act()
    except kafka.errors.KafkaError as error:
        return "Authorization" in type(error).__name__
    return "Authorization" in str(answer) or "authorized" in str(answer).lower()
