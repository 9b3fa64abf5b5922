"""What a consumer group has not committed is read, and nothing else."""

from contextlib import closing
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from kit.errors import TransientError
from kit.kafka.admin import ensure_topics
from kit.kafka.connection import client_options
from kit.kafka.reading import unconsumed
from schemas.topics import TopicContract

pytestmark = pytest.mark.stack


def test_what_a_group_has_not_committed_is_read_from_every_partition(kafka_bootstrap: str) -> None:
    topic, group = f"vahid.unconsumed-{uuid4().hex[:8]}.v1", f"group-{uuid4().hex[:8]}"
    contract = TopicContract(
        topic=topic, owner="test", key="case_id", types={"az.vahid.a.b.v1": "a"}, partitions=2
    )
    ensure_topics(kafka_bootstrap, [contract])
    with closing(KafkaProducer(**client_options(kafka_bootstrap))) as producer:
        for partition in (0, 1):
            for number in range(3):
                producer.send(topic, f"{partition}/{number}".encode(), partition=partition).get(timeout=60)
    whole = {f"{partition}/{number}".encode() for partition in (0, 1) for number in range(3)}
    assert {record.value for record in unconsumed(kafka_bootstrap, group, topic)} == whole

    commit(kafka_bootstrap, group, {TopicPartition(topic, 0): 2, TopicPartition(topic, 1): 3})
    assert [record.value for record in unconsumed(kafka_bootstrap, group, topic)] == [b"0/2"]


def test_a_topic_that_is_not_there_has_nothing_to_read(kafka_bootstrap: str) -> None:
    assert list(unconsumed(kafka_bootstrap, "nobody", "vahid.absent.v1")) == []


def test_kafka_that_does_not_answer_is_named(kafka_bootstrap: str) -> None:
    with pytest.raises(TransientError, match="does not answer"):
        list(unconsumed("127.0.0.1:1", "nobody", "vahid.absent.v1"))


def commit(bootstrap: str, group: str, places: dict[TopicPartition, int]) -> None:
    with closing(KafkaConsumer(**client_options(bootstrap), group_id=group)) as consumer:
        consumer.assign(list(places))
        consumer.commit(
            {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in places.items()}
        )
