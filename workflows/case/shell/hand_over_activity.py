"""The activity by which one case gives tracks to another: by the one typed client, as often as it takes."""

from temporalio import activity
from temporalio.client import Client

from kit.failpoints import hit
from workflows.case.contracts import HAND_OVER_ACTIVITY, HandOverDelivery
from workflows.client import CaseClient


class HandOverActivity:
    """Holds the connection to Temporal for the activity."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=HAND_OVER_ACTIVITY)
    async def hand_over(self, delivery: HandOverDelivery) -> None:
        """Tell the other case, starting it where it does not run; told again, it knows the command by its id.

        Raises:
            temporalio.service.RPCError: Temporal did not take it; the activity is tried again.
        """
        cases = CaseClient(self._client, lambda _: delivery.rules, delivery.clock)
        hit("case.hand_over.before_signal")
        await cases.submit(delivery.command.hand_over.to_case, delivery.command)
        hit("case.hand_over.after_signal")
