"""What became of handing a message to a provider, and what follows from it. Pure."""

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
class NotTaken:
    """The provider certainly does not have the message, and may take it later."""

    reason: Code


@dataclass(frozen=True)
class Refused:
    """The provider will not take the message, however often it is asked."""

    reason: Code


@dataclass(frozen=True)
class Unknown:
    """The message was on its way and no answer came: the provider may have it or not."""

    reason: Code


Delivery = Sent | NotTaken | Refused | Unknown


@dataclass(frozen=True)
class Settlement:
    """The state that a notification goes to; `retry_in` when it is to be tried again."""

    state: State
    reason: Code | None = None
    provider_id: str | None = None
    retry_in: timedelta | None = None

    @property
    def outcome(self) -> str:
        """The word for it in the metrics."""
        return "retried" if self.retry_in is not None else self.state


def settle(delivery: Delivery, attempts: int, *, repeatable: bool) -> Settlement:
    """What follows from the `attempts`th try (from 1).

    `repeatable` says that the provider knows a message by our reference, so that an unknown outcome can be
    tried again; any other is parked for a person.
    """
    match delivery:
        case Sent(provider_id):
            return Settlement("sent", provider_id=provider_id)
        case Refused(reason):
            return Settlement("failed", reason)
        case Unknown(reason) if not repeatable:
            return Settlement("parked", reason)
        case NotTaken(reason) | Unknown(reason):
            return Settlement("planned", reason, retry_in=retry_after(attempts))


def retry_after(attempts: int) -> timedelta:
    """The wait after the `attempts`th try (from 1): doubled each time, up to `LONGEST_RETRY`."""
    doubled: int = 2 ** min(attempts - 1, 16)
    return min(FIRST_RETRY * doubled, LONGEST_RETRY)
