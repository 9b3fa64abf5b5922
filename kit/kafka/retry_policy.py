"""What becomes of a message whose handling failed: tried again, or dead-lettered in the dead-letter topic. Pure."""

from dataclasses import dataclass

from pydantic import ValidationError

from kit.errors import PermanentError, VahidError
from kit.transient import is_of_the_installation, is_transient

FIRST_BACKOFF_SECONDS = 0.2
MAX_BACKOFF_SECONDS = 5.0
UNEXPECTED_TRIES = 5

UNDECODABLE = "undecodable"
INVALID = "invalid"
UNEXPECTED = "unexpected"


class UndecodableError(PermanentError):
    """The value is no message of its topic: not JSON, or not what the contract says."""

    def __init__(self, problems: str) -> None:
        super().__init__(UNDECODABLE, f"the message does not follow its topic's schema: {problems}")


@dataclass(frozen=True)
class Retry:
    """Try again after so many seconds."""

    after: float


@dataclass(frozen=True)
class DeadLettered:
    """Give up: dead-letter the message under this error code."""

    code: str


@dataclass
class Tries:
    """How often one message was tried, and how many of these ended in an error nobody expected."""

    made: int = 0
    unexpected: int = 0


def classify(error: Exception, tries: Tries) -> Retry | DeadLettered:
    """Decide after a failed try; `tries` counts this one already in `made`, and here in `unexpected`.

    What passes by itself is tried for ever, and so is what the installation is to blame for: it would
    dead-letter every message. What cannot pass is dead-lettered at once. An error that is neither known to
    pass nor known to last gets a few tries, as it may be either.
    """
    if isinstance(error, PermanentError):
        return DeadLettered(error.code)
    if isinstance(error, ValidationError):
        return DeadLettered(INVALID)
    if not (is_transient(error) or is_of_the_installation(error)):
        tries.unexpected += 1
        if tries.unexpected >= UNEXPECTED_TRIES:
            return DeadLettered(UNEXPECTED)
    return Retry(backoff(tries.made))


def backoff(tries: int) -> float:
    """Seconds to wait after `tries` failed tries: doubled each time, up to a few seconds."""
    return float(min(FIRST_BACKOFF_SECONDS * 2 ** min(tries - 1, 16), MAX_BACKOFF_SECONDS))


def name_of(error: BaseException) -> str:
    """What an error is, without its text, which may hold what is personal."""
    inner = getattr(error, "orig", None)
    name = type(error).__name__ + (f"/{type(inner).__name__}" if inner is not None else "")
    return f"{name}:{error.code}" if isinstance(error, VahidError) else name


def place_of(error: BaseException) -> str:
    """Where an error was raised: file and line, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
