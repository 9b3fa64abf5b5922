"""Creating topics as their contracts say."""

from collections.abc import Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from kit.errors import PermanentError
from kit.kafka.connection import client_options, kafka_away
from kit.kafka.producer import MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES
from kit.kafka.topic_limits import TopicLimits
from schemas.topics import TopicContract

_FOREVER: dict[str, str] = {"cleanup.policy": "delete", "retention.ms": "-1"}
_EXTRA: dict[str, Any] = {
    "num_partitions": 1,
    "configs": _FOREVER | {"max.message.bytes": str(MAX_REQUEST_BYTES)},
}


def contract_limits(contracts: Sequence[TopicContract]) -> dict[str, TopicLimits]:
    """The limits with which `ensure_topics` creates the topics of `contracts`."""
    return {
        contract.topic: TopicLimits(contract.partitions, contract.retention_ms, MAX_MESSAGE_BYTES)
        for contract in contracts
    }


def ensure_topics(bootstrap: str, contracts: Sequence[TopicContract], extra: Sequence[str] = ()) -> list[str]:
    """Create the missing topics: those with a contract, and `extra` ones (dead letters), kept for ever.

    Returns the names of the created ones. The replication factor is the cluster's default.

    Raises:
        PermanentError: a topic has fewer partitions than its contract says, or cannot be created.
        TransientError: Kafka does not answer.
    """
    wanted = {contract.topic: _options(contract) for contract in contracts} | dict.fromkeys(extra, _EXTRA)
    try:
        admin = KafkaAdminClient(**client_options(bootstrap), client_id="vahid-topics")
    except KafkaError as error:
        raise kafka_away(bootstrap, error) from error
    try:
        present = set(admin.list_topics())
        _check_partitions(admin, {name: wanted[name]["num_partitions"] for name in wanted if name in present})
        return _create(admin, {name: options for name, options in wanted.items() if name not in present})
    finally:
        admin.close()


def _options(contract: TopicContract) -> dict[str, Any]:
    return {
        "num_partitions": contract.partitions,
        "configs": _FOREVER
        | {"retention.ms": str(contract.retention_ms), "max.message.bytes": str(MAX_MESSAGE_BYTES)},
    }


def _create(admin: Any, missing: dict[str, dict[str, Any]]) -> list[str]:
    if not missing:
        return []
    results = admin.create_topics(missing, raise_errors=False)["topics"]
    created = []
    for result in results:
        problem = for_code(result["error_code"]) if result["error_code"] else None
        if problem is None:
            created.append(result["name"])
        elif problem is not TopicAlreadyExistsError:
            raise PermanentError(
                "topic_refused",
                f"Kafka did not create the topic {result['name']}: {problem.__name__}.",
                remedy="See the broker's log.",
            )
    admin.wait_for_topics(list(missing))
    return created


def _check_partitions(admin: Any, wanted: dict[str, int]) -> None:
    if not wanted:
        return
    for topic in admin.describe_topics(list(wanted)):
        name, found = topic["name"], len(topic["partitions"])
        if found < wanted[name]:
            raise PermanentError(
                "topic_partitions",
                f"the topic {name} has {found} partitions; its contract says {wanted[name]}.",
                remedy="Move the messages to a new topic, or correct the contract.",
            )
