"""The case's one local activity: record a turn in the ledger, or adopt what stands there."""

from collections.abc import Callable

from temporalio import activity
from temporalio.exceptions import ApplicationError

from ledger.appending import ReadModel
from ledger.store import BrokenChainError, Ledger
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.shell.recording import RECORD_ACTIVITY, RecordInput, RecordResult, result_of


class RecordActivity:
    """Holds the ledger for the activity; `wake` tells the relay that there is something to send."""

    def __init__(self, ledger: Ledger, wake: Callable[[], None]) -> None:
        self._ledger = ledger
        self._wake = wake

    @activity.defn(name=RECORD_ACTIVITY)
    async def record(self, turn: RecordInput) -> RecordResult:
        """Append or adopt.

        Raises:
            ApplicationError: not retryable, of the type of the chain's fault, when the chain is broken.
        """
        try:
            recorded = await self._ledger.append_or_adopt(
                turn.case_id, turn.seq, turn.head, turn.proposed, _read_model(turn)
            )
        except BrokenChainError as error:
            raise ApplicationError(str(error), type=error.code, non_retryable=True) from error
        self._wake()
        return result_of(recorded.events, recorded.adopted)


def _read_model(turn: RecordInput) -> ReadModel | None:
    if not turn.proposed:
        return None
    return ReadModel(
        case=case_row(turn.after, turn.proposed[-1].recorded_at),
        tracks=track_rows(turn.after, turn.tracks),
        steps=step_rows(turn.after, turn.steps),
    )
