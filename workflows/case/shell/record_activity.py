"""The case's one local activity: append a batch to the ledger, or adopt what stands there."""

from collections.abc import Callable

from temporalio import activity
from temporalio.exceptions import ApplicationError

from ledger.appending import ReadModel
from ledger.store import BrokenChainError, Ledger
from workflows.case.shell.recording import RECORD_ACTIVITY, RecordInput, RecordResult, result_of


class RecordActivity:
    """Holds the ledger for the activity; `wake` wakes the relay when there is something to send."""

    def __init__(self, ledger: Ledger, wake: Callable[[], None]) -> None:
        self._ledger = ledger
        self._wake = wake

    @activity.defn(name=RECORD_ACTIVITY)
    async def record(self, batch: RecordInput) -> RecordResult:
        """Append or adopt.

        Raises:
            ApplicationError: not retryable, of the type of the chain's fault, when the chain is broken.
        """
        try:
            recorded = await self._ledger.append_or_adopt(
                batch.case_id, batch.seq, batch.head, batch.proposed, _read_model(batch)
            )
        except BrokenChainError as error:
            raise ApplicationError(str(error), type=error.code, non_retryable=True) from error
        self._wake()
        return result_of(recorded.events, recorded.adopted)


def _read_model(batch: RecordInput) -> ReadModel | None:
    if batch.case is None:
        return None
    return ReadModel(case=batch.case, tracks=batch.tracks, steps=batch.steps, gone=batch.gone)
