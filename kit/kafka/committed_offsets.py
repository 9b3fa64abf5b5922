"""The committed offsets of consumer groups, for tools that join no group."""

import time
from collections.abc import Sequence
from typing import Any

from kafka import TopicPartition
from kafka.errors import CoordinatorNotAvailableError
from kafka.structs import OffsetAndMetadata

TRIES, PAUSE_SECONDS = 10, 0.5


def committed_offsets(
    admin: Any, groups: Sequence[str]
) -> dict[str, dict[TopicPartition, OffsetAndMetadata]]:
    """The committed offsets of these groups. A broker that has just started needs time to find them."""
    for _ in range(TRIES - 1):
        try:
            return _list(admin, groups)
        except CoordinatorNotAvailableError:
            time.sleep(PAUSE_SECONDS)
    return _list(admin, groups)


def _list(admin: Any, groups: Sequence[str]) -> dict[str, dict[TopicPartition, OffsetAndMetadata]]:
    found: dict[str, dict[TopicPartition, OffsetAndMetadata]] = admin.list_group_offsets(list(groups))
    return found
