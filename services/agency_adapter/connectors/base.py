"""What every connector can do, and how what it did is told: outcomes are values, failures are errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from kit.errors import PermanentError, TransientError
from schemas.agency_statuses import Status


class UncertainError(TransientError):
    """The request went out and no answer came back: the agency may or may not have the assignment.

    Look the assignment up before sending it again.
    """


class SignatureError(PermanentError):
    """A webhook that its agency did not sign, or signed too long ago."""


class MalformedChangeError(PermanentError):
    """A change that cannot be read by the agency's mapping. The message names the field, never its value."""


@dataclass(frozen=True)
class AssignmentContent:
    """An assignment as a connector sends it.

    `disclosed` holds just the fields of the appeal that the passport lets this agency see, nested as in
    `AppealContent`; `due_at` is aware business time.
    """

    service: str
    due_at: datetime
    callback_url: str
    disclosed: Mapping[str, object]


@dataclass(frozen=True)
class Accepted:
    """The agency's system took the assignment now, under its own `reference`."""

    reference: str
    raw_code: str | None = None


@dataclass(frozen=True)
class AlreadyThere:
    """The agency's system had taken the assignment before, under its own `reference`."""

    reference: str
    raw_code: str | None = None


Taken = Accepted | AlreadyThere


MessageKind = Literal["recall", "information"]


@dataclass(frozen=True)
class MessageContent:
    """What an agency is told about an assignment that it has, as a connector sends it.

    `key` is ours of the assignment, `reference` the agency's; `at` is aware business time; `text` is what the
    applicant gave (personal), None in a recall.
    """

    kind: MessageKind
    key: str
    reference: str
    at: datetime
    text: str | None = field(default=None, repr=False)


Hearing = Literal["told", "ended", "unknown"]
"""How an agency took what it was told: it has it, now or before; it works on the assignment no more; it has
no such assignment."""


@dataclass(frozen=True)
class Change:
    """One statement of an agency about an assignment, in our words.

    `key` is the idempotency key, where the agency repeats it; `unmapped` names the parts whose raw value the
    mapping does not know (`status`, `reason`, `forward_to`). `note` and `raw` (JSON as it came) are personal.
    """

    status_id: str
    reference: str
    key: str | None
    status: Status
    raw_code: str
    occurred_at: datetime
    sequence: int | None = None
    note: str | None = None
    reason_code: str | None = None
    forward_to: str | None = None
    unmapped: tuple[str, ...] = ()
    raw: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True)
class BrokenChange:
    """A statement that cannot be read: `code` says why; `raw` is what came, personal until it is sealed."""

    code: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class Page:
    """What a poll brought, in the agency's order, and the cursor after it."""

    changes: tuple[Change | BrokenChange, ...]
    cursor: str


class Connector(Protocol):
    """One agency's system, spoken to in its own protocol.

    All calls raise `TransientError` (the agency is away or busy), `UncertainError` (it may have acted) and
    `PermanentError` (it refuses, or answers what cannot be read).
    """

    async def submit(self, content: AssignmentContent, key: str) -> Taken:
        """Send an assignment under its idempotency key."""
        ...

    async def look_up(self, key: str) -> AlreadyThere | None:
        """The assignment sent under `key`, as the agency has it; None when it has none."""
        ...

    async def tell(self, content: MessageContent, message: str) -> Hearing:
        """Tell something about an assignment under the id `message`, by which a repeated one is known.

        Raises:
            PermanentError: `adapter.no_messages`, among others: the agency cannot be told this.
        """
        ...

    async def key_of(self, reference: str) -> str | None:
        """The idempotency key of the assignment that the agency calls `reference`; None when unknown."""
        ...

    async def poll(self, cursor: str | None) -> Page:
        """The changes after `cursor`, oldest first; from the beginning without a cursor."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[Change, ...]:
        """The changes in a pushed message.

        Raises:
            SignatureError: the agency did not sign this, or not now.
            MalformedChangeError: signed, and still not readable.
        """
        ...

    def parse_change(self, raw: bytes) -> Change:
        """One change as the agency wrote it.

        Raises:
            MalformedChangeError: it is not readable.
        """
        ...
