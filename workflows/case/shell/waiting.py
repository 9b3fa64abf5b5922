"""The commands that wait in the inbox for their cause, each since when. Plain values."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from workflows.case.commands import AnyCommand
from workflows.case.decide.causality import waiting_for_their_cause
from workflows.case.state import CaseState


class Waiting:
    """Commands that were taken before what they depend on; each waits as long as `limit`."""

    def __init__(self, since: dict[str, datetime], limit: timedelta) -> None:
        self.since = dict(since)
        self._limit = limit

    def next_end(self) -> datetime | None:
        """When the first of them has waited long enough; None where none waits."""
        return min(self.since.values()) + self._limit if self.since else None

    def has_work(self, state: CaseState, inbox: Sequence[AnyCommand]) -> bool:
        """Whether something is in the inbox that is new, or whose cause has come."""
        if not self.since:
            return bool(inbox)
        still = {command.id for command in waiting_for_their_cause(state, inbox)}
        return any(command.id not in self.since or command.id not in still for command in inbox)

    def among(
        self, state: CaseState, commands: Sequence[AnyCommand], now: datetime
    ) -> tuple[AnyCommand, ...]:
        """Those of `commands` that wait; one that has waited long enough does not."""
        return tuple(
            command
            for command in waiting_for_their_cause(state, commands)
            if self.since.get(command.id, now) + self._limit > now
        )

    def keep(self, commands: Sequence[AnyCommand], now: datetime) -> None:
        """These wait from now on, or still, and no others."""
        self.since = {command.id: self.since.get(command.id, now) for command in commands}
