"""Tells what is on its way to its case, or to its notice, from what is lost. Pure.

A message passes stages: an outbox, a topic, and for a command the case's workflow. It enters a stage before
it leaves the one before. So whoever reads the stages in this order sees it at one of them, or at its end.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from schemas.agency_statuses import STATUS_REPORTED, command_id_of
from schemas.appeals import APPEAL_RECEIVED

Stage = Literal["outbox", "topic", "dead letters", "case"]
Ids = frozenset[str]
_NONE: Ids = frozenset()


@dataclass(frozen=True)
class Stages:
    """The ids of what stands at each stage, read in this order.

    `unconsumed`: published, and its consumer has not committed it. `in_case`: a running workflow has the
    command and has yet to record it. `complete` is False where a stage could not be read.
    """

    unpublished: Ids = _NONE
    unconsumed: Ids = _NONE
    dead_lettered: Ids = _NONE
    in_case: Ids = _NONE
    complete: bool = True

    def of(self, identity: str) -> Stage | None:
        """Where `identity` stands; None where it is at no stage."""
        if identity in self.unpublished:
            return "outbox"
        if identity in self.unconsumed:
            return "topic"
        if identity in self.dead_lettered:
            return "dead letters"
        return "case" if identity in self.in_case else None

    def lost(self, identity: str) -> bool:
        """Whether `identity`, which is not where it was to go, is at no stage either."""
        return self.complete and self.of(identity) is None

    def count(self, missing: Iterable[str]) -> int:
        """How many of `missing` are on their way; a dead letter waits for a person and is not."""
        stages = Counter(self.of(identity) for identity in missing)
        return stages["outbox"] + stages["topic"] + stages["case"]


def status_identity(case_id: str, command: str) -> str:
    """The identity of a status on its way: its case, and the id of the command that brings it there."""
    return json.dumps([case_id, command])


def identity_of(value: bytes | None) -> str | None:
    """The identity of a published message: of an appeal or a status its own, else the event's id.

    None where the message is no event; then no room waits for it.
    """
    try:
        return _identity(json.loads(value or b"null"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def identities(values: Iterable[bytes | None]) -> Ids:
    """The identities of these messages."""
    return frozenset(identity for value in values if (identity := identity_of(value)) is not None)


def _identity(event: Mapping[str, Any]) -> str:
    if event["type"] == APPEAL_RECEIVED:
        return str(event["data"]["appeal_id"])
    if event["type"] == STATUS_REPORTED:
        status = event["data"]
        assignment = f"{status['step']}/{status['attempt']}"
        command = command_id_of(status["agency_id"], assignment, status["status_id"])
        return status_identity(status["case_id"], command)
    return str(event["id"])
