"""The limits that the doctor reads are those that Kafka has."""

from uuid import uuid4

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from kit.kafka.admin import contract_limits, ensure_topics
from kit.kafka.connection import client_options
from kit.kafka.topic_limits import TopicLimits, topic_limits
from schemas.topics import TopicContract

pytestmark = pytest.mark.stack


def test_created_topics_have_the_limits_of_their_contract_until_somebody_changes_them(
    kafka_bootstrap: str,
) -> None:
    topic = f"vahid.limits-{uuid4().hex[:8]}.v1"
    contract = TopicContract(
        topic=topic, owner="test", key="case_id", types={"az.vahid.a.b.v1": "a"}, partitions=3, retention=7
    )
    ensure_topics(kafka_bootstrap, [contract])
    assert topic_limits(kafka_bootstrap, [topic, "vahid.absent.v1"]) == contract_limits([contract])
    admin = KafkaAdminClient(**client_options(kafka_bootstrap))
    changed = {"retention.ms": "1000", "max.message.bytes": "2000"}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, changed)])
    admin.create_partitions({topic: 4})
    admin.close()
    assert topic_limits(kafka_bootstrap, [topic]) == {topic: TopicLimits(4, 1000, 2000)}
