"""What must hold of topics: each is there, within the limits that its contract states. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from doctor.findings import Finding, broken
from kit.kafka.topic_limits import TopicLimits

_NAMES = {
    "partitions": "partitions",
    "retention_ms": "retention.ms",
    "max_message_bytes": "max.message.bytes",
}


def check_topics(wanted: Mapping[str, TopicLimits], found: Mapping[str, TopicLimits]) -> Iterator[Finding]:
    """Every topic of `wanted` exists, with just these limits."""
    for topic, limits in wanted.items():
        has = found.get(topic)
        if has is None:
            yield broken(
                "topic.missing", topic, "It does not exist.", "`vahid up` makes topics that are missing."
            )
        elif has != limits:
            sentence = f"It has other limits than its contract: {'; '.join(_differences(limits, has))}."
            remedy = (
                "Set them as the contract says, with Kafka's own tools. More partitions cannot be undone."
            )
            yield broken("topic.limits_differ", topic, sentence, remedy)


def _differences(wanted: TopicLimits, has: TopicLimits) -> Iterator[str]:
    own = asdict(has)
    for name, value in asdict(wanted).items():
        if own[name] != value:
            yield f"{_NAMES[name]} is {own[name]}, not {value}"
