"""Whether anybody was told of an event, over all its messages to applicants. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.frozen import Code
from schemas.notice_outcomes import NoticeDelivery
from services.notifier.model import State

KNOWN_TO_THE_CASE: frozenset[Code | None] = frozenset({"no_consent", "forgotten"})
"""Why a message was skipped that needs no report.

A case knows by itself that no channel is agreed; nobody can be told whose data were erased.
"""


@dataclass(frozen=True)
class MessageState:
    """How far one of the messages of an event has come, and what the case was told of all of them."""

    state: State
    reason: Code | None = None
    reported: NoticeDelivery | None = None


@dataclass(frozen=True)
class Report:
    """What the case must be told; `reason` is that of one message that did not go out."""

    delivery: NoticeDelivery
    reason: Code | None = None


def report_of(messages: Sequence[MessageState]) -> Report | None:
    """What the case must be told of an event whose messages to applicants these are; None for nothing new.

    One message that went out is enough: all who have an appeal in a case are one person.
    """
    reported = {message.reported for message in messages} - {None}
    states = {message.state for message in messages}
    if "sent" in states:
        return Report("delivered") if reported == {"undelivered"} else None
    if reported or states & {"planned", "sending"}:
        return None
    return _undelivered(messages)


def _undelivered(messages: Sequence[MessageState]) -> Report | None:
    hindered = [
        message
        for message in messages
        if message.state != "skipped" or message.reason not in KNOWN_TO_THE_CASE
    ]
    if not hindered:
        return None
    failed = next((message for message in hindered if message.state != "skipped"), hindered[0])
    return Report("undelivered", failed.reason or "unknown")
