"""The limits of topics as Kafka has them. It blocks."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from kit.kafka.connection import client_options, kafka_away

RETENTION, LONGEST = "retention.ms", "max.message.bytes"


@dataclass(frozen=True)
class TopicLimits:
    """The limits of a topic; `retention_ms` -1 keeps everything."""

    partitions: int
    retention_ms: int
    max_message_bytes: int


def topic_limits(bootstrap: str, topics: Sequence[str]) -> dict[str, TopicLimits]:
    """The limits of those of `topics` that exist.

    Raises:
        TransientError: `kafka_away`: Kafka does not answer.
    """
    try:
        with closing(KafkaAdminClient(**client_options(bootstrap), client_id="vahid-limits")) as admin:
            present = sorted(set(topics) & set(admin.list_topics()))
            if not present:
                return {}
            resources = [
                ConfigResource(ConfigResourceType.TOPIC, topic, [RETENTION, LONGEST]) for topic in present
            ]
            configs = admin.describe_configs(resources, config_filter="all")["topic"]
            partitions = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics(present)}
    except KafkaError as error:
        raise kafka_away(bootstrap, error) from error
    return {
        topic: TopicLimits(
            partitions[topic], int(configs[topic][RETENTION]["value"]), int(configs[topic][LONGEST]["value"])
        )
        for topic in present
    }
