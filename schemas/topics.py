"""The contract of a topic: owner, key, types, partitions, retention, consumers; one file each in topics/."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field
from ruamel.yaml import YAML

from schemas.frozen import Code, Frozen

APPEALS = "vahid.appeals.v1"
CASE_EVENTS = "vahid.case-events.v1"
AGENCY_STATUSES = "vahid.agency-statuses.v1"
AGENCY_CHANGES = "vahid.agency-changes.v1"
NOTICE_OUTCOMES = "vahid.notice-outcomes.v1"

TOPIC_PATTERN = r"^vahid(\.[a-z0-9-]+)+\.v[0-9]+$"
_FOREVER_MS = -1
_DAY_MS = 24 * 60 * 60 * 1000


class TopicContract(Frozen):
    """What owner and consumers of a topic have agreed on.

    `key` names the field that orders the messages; `types` maps CloudEvents types (a last `*` stands for any
    ending) to the names of their published schemas; `retention` is in days, or for ever.
    """

    topic: str = Field(pattern=TOPIC_PATTERN)
    owner: Code
    key: str
    types: dict[str, str] = Field(min_length=1)
    partitions: int = Field(ge=1, le=10_000)
    retention: Literal["forever"] | int = Field(default="forever")
    consumers: tuple[Code, ...] = ()

    @property
    def retention_ms(self) -> int:
        """The topic's `retention.ms`; -1 keeps everything."""
        return _FOREVER_MS if self.retention == "forever" else self.retention * _DAY_MS


@cache
def load_contracts() -> tuple[TopicContract, ...]:
    """The contracts of all topics, by topic name.

    Raises:
        pydantic.ValidationError: a contract file lacks what a contract must have.
        ValueError: two files describe one topic.
    """
    contracts = sorted(_read(), key=lambda contract: contract.topic)
    names = [contract.topic for contract in contracts]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"schemas/topics: more than one contract for {', '.join(sorted(doubled))}.")
    return tuple(contracts)


def dlq_topic(group: str) -> str:
    """Where the consumer group `group` puts what it cannot handle."""
    return f"vahid.dlq.{re.sub('[^a-z0-9-]', '-', group.lower())}.v1"


def _read() -> Iterator[TopicContract]:
    for file in files("schemas").joinpath("topics").iterdir():
        if file.name.endswith(".yaml"):
            yield TopicContract.model_validate(YAML(typ="safe", pure=True).load(file.read_text("utf-8")))
