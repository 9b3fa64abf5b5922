"""The outcome of handing a message to a provider, and the settlement that follows. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from schemas.frozen import Code
from services.notifier.model import State

FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=5)


@dataclass(frozen=True)
class Sent:
    """The provider has the message, under its own id."""

    provider_id: str


@dataclass(frozen=True)
class NotSent:
    """The provider certainly does not have the message, and may take it later."""

    reason: Code


@dataclass(frozen=True)
class Refused:
    """The provider will not take the message, however often it is sent."""

    reason: Code


@dataclass(frozen=True)
class Unknown:
    """The message was on its way and no response came: the provider may or may not have it."""

    reason: Code


SendOutcome = Sent | NotSent | Refused | Unknown


@dataclass(frozen=True)
class Settlement:
    """The state that a notification goes to; `retry_in` when there is another attempt."""

    state: State
    reason: Code | None = None
    provider_id: str | None = None
    retry_in: timedelta | None = None

    @property
    def outcome(self) -> str:
        """The label of the outcome in the metrics."""
        return "retried" if self.retry_in is not None else self.state


def settlement_of(outcome: SendOutcome, attempts: int, *, idempotent: bool) -> Settlement:
    """What follows from the outcome of attempt number `attempts` (from 1).

    `idempotent`: the provider recognises a repeated message, so that an unknown outcome can be retried; any
    other unknown outcome is parked for a person.
    """
    match outcome:
        case Sent(provider_id):
            return Settlement("sent", provider_id=provider_id)
        case Refused(reason):
            return Settlement("failed", reason)
        case Unknown(reason) if not idempotent:
            return Settlement("parked", reason)
        case NotSent(reason) | Unknown(reason):
            return Settlement("planned", reason, retry_in=retry_after(attempts))


def retry_after(attempts: int) -> timedelta:
    """The wait after attempt number `attempts` (from 1): doubled each time, up to `LONGEST_RETRY`."""
    doubled: int = 2 ** min(attempts - 1, 16)
    return min(FIRST_RETRY * doubled, LONGEST_RETRY)
