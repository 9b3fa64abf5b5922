"""Which commands a batch takes, so that what goes to Temporal in one piece stays below its limit. Pure."""

from collections.abc import Sequence
from datetime import datetime

from schemas.case_events import RecordedEvent
from workflows.case.commands import (
    AddAttachment,
    AnyCommand,
    CloseTrack,
    CommandOutcome,
    DecideAgendaItem,
    JoinCase,
    ReceiveAppeal,
    ReportStatus,
    SettleTask,
    SplitCase,
    Withdraw,
)
from workflows.case.decide.causality import in_causal_order
from workflows.case.decide.decider import decide_all
from workflows.case.limits import MOST_OF_BATCH, remembers_too_much
from workflows.case.rules import Rules
from workflows.case.state import CaseState

TOO_MANY_COMMANDS = CommandOutcome(
    accepted=False,
    code="case.too_many_commands",
    allowed="The case takes only what ends something: close its tracks, settle its tasks, or split it.",
)

_ALWAYS_TAKEN = (
    ReceiveAppeal,
    AddAttachment,
    ReportStatus,
    Withdraw,
    CloseTrack,
    SettleTask,
    DecideAgendaItem,
    SplitCase,
    JoinCase,
)
"""What the sender cannot give to another case, and what ends something."""


def too_many(state: CaseState, commands: Sequence[AnyCommand]) -> tuple[AnyCommand, ...]:
    """Those of `commands` that the case takes no more, since it remembers too many already."""
    if not remembers_too_much(state):
        return ()
    return tuple(
        command
        for command in commands
        if command.actor.kind != "system" and not isinstance(command, _ALWAYS_TAKEN)
    )


def decide_batch(
    state: CaseState, commands: Sequence[AnyCommand], now: datetime, rules: Rules
) -> tuple[tuple[RecordedEvent, ...], tuple[AnyCommand, ...]]:
    """The events of the next batch, and the commands that are left for another one.

    Of commands whose entries together are too large, the first half in causal order is decided, and so on.
    """
    taken = tuple(commands)
    events = decide_all(state, taken, now, rules)
    while len(taken) > 1 and is_too_large(events):
        taken = in_causal_order(state, taken)[: len(taken) // 2]
        events = decide_all(state, taken, now, rules)
    ids = {command.id for command in taken}
    return events, tuple(command for command in commands if command.id not in ids)


def is_too_large(events: Sequence[RecordedEvent]) -> bool:
    """Whether the entries are more than one batch shall have."""
    size = 0
    for event in events:
        size += len(event.model_dump_json(exclude_none=True))
        if size > MOST_OF_BATCH:
            return True
    return False
