"""What becomes of a message whose handling failed: a retry, a dead letter, or a halted consumer. Pure."""

from dataclasses import dataclass

from pydantic import ValidationError

from kit.errors import PermanentError
from kit.transient import is_of_the_installation, is_transient

FIRST_BACKOFF_SECONDS = 0.2
MAX_BACKOFF_SECONDS = 5.0
UNEXPECTED_TRIES = 5
"""Tries of one message that may end in an unexpected error."""

UNDECODABLE = "undecodable"
INVALID = "invalid"
UNEXPECTED = "unexpected"


class UndecodableError(PermanentError):
    """The value is no message of its topic: not JSON, or not what the contract says."""

    def __init__(self, problems: str) -> None:
        super().__init__(UNDECODABLE, f"the message does not follow its topic's schema: {problems}")


@dataclass(frozen=True)
class Retry:
    """Try the message again after so many seconds."""

    after: float


@dataclass(frozen=True)
class DeadLettered:
    """Dead-letter the message under this error code, and go on with the next one."""

    code: str


@dataclass(frozen=True)
class Halted:
    """Keep the message where it is, and take no further one."""


Outcome = Retry | DeadLettered | Halted


@dataclass(frozen=True)
class Tries:
    """How often one message was tried, and how many of these tries ended in an unexpected error."""

    made: int = 0
    unexpected: int = 0

    def after(self, error: Exception) -> "Tries":
        """These and one more, which ended in `error`."""
        return Tries(self.made + 1, self.unexpected + is_unexpected(error))


def classify(error: Exception, tries: Tries, *, in_a_row: int, limit: int) -> Outcome:
    """Decide after a failed try, which `tries` counts already.

    What passes by itself is tried for ever, and so is what the installation is to blame for: else it would
    dead-letter every message. What cannot pass is dead-lettered at once. An unexpected error gets a few
    tries, as it may be either. `in_a_row` messages of this consumer have used up theirs since one was
    handled; the message that makes them `limit` halts the consumer: the fault is ours, not the messages'.
    """
    if isinstance(error, PermanentError) and not is_of_the_installation(error):
        return DeadLettered(error.code)
    if isinstance(error, ValidationError):
        return DeadLettered(INVALID)
    if not is_unexpected(error) or tries.unexpected < UNEXPECTED_TRIES:
        return Retry(backoff(tries.made))
    return Halted() if in_a_row + 1 >= limit else DeadLettered(UNEXPECTED)


def is_unexpected(error: Exception) -> bool:
    """Whether `error` is neither known to pass nor known to last."""
    expected = isinstance(error, PermanentError | ValidationError)
    return not (expected or is_transient(error) or is_of_the_installation(error))


def backoff(tries: int) -> float:
    """Seconds to wait after `tries` failed tries: doubled each time, up to a few seconds."""
    return float(min(FIRST_BACKOFF_SECONDS * 2 ** min(tries - 1, 16), MAX_BACKOFF_SECONDS))
