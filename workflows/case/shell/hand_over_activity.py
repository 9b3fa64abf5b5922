"""The activity by which one case hands tracks over to another."""

from collections.abc import Callable
from typing import Protocol

from temporalio import activity

from kit.clock import Clock
from kit.failpoints import hit
from workflows.case.commands import AnyCommand
from workflows.case.contracts import HAND_OVER_ACTIVITY, HandOverDelivery
from workflows.case.rules import Rules


class Cases(Protocol):
    """Whatever submits a command to a case: in production `workflows.client.CaseClient`."""

    async def submit(self, case_id: str, command: AnyCommand) -> None:
        """Return when the command is stored, so that the case will take it."""


class HandOverActivity:
    """`cases` gives the client that starts a case, where none runs, by these rules and this clock."""

    def __init__(self, cases: Callable[[Rules, Clock], Cases]) -> None:
        self._cases = cases

    @activity.defn(name=HAND_OVER_ACTIVITY)
    async def hand_over(self, delivery: HandOverDelivery) -> None:
        """Deliver the hand-over, starting the other case where it does not run.

        Delivered again it changes nothing: the other case knows the command by its id.

        Raises:
            temporalio.service.RPCError: Temporal did not take it; the activity is tried again.
        """
        hit("case.hand_over.before_signal")
        cases = self._cases(delivery.rules, delivery.clock)
        await cases.submit(delivery.command.hand_over.to_case, delivery.command)
        hit("case.hand_over.after_signal")
