"""The contract of every connector: its calls, its outcomes as values, its failures as errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from kit.errors import PermanentError, TransientError
from schemas.agency_statuses import Status


class UncertainError(TransientError):
    """The request went out and no response came back: the agency may or may not have acted on it.

    Look the assignment up before sending it again.
    """


class SignatureError(PermanentError):
    """A webhook that its agency did not sign, or signed too long ago."""


class MalformedChangeError(PermanentError):
    """A change that the agency's mapping cannot read. The message names the field, never its value."""


@dataclass(frozen=True)
class AssignmentContent:
    """An assignment as a connector sends it.

    `disclosed` holds only the fields of the appeal that the passport lets this agency see, nested as in
    `AppealContent`; `due_at` is aware business time.
    """

    service: str
    due_at: datetime
    callback_url: str
    disclosed: Mapping[str, object]


@dataclass(frozen=True)
class Accepted:
    """The agency accepted the assignment now, under its own `reference`."""

    reference: str
    raw_code: str | None = None


@dataclass(frozen=True)
class AlreadyThere:
    """The agency had accepted the assignment before, under its own `reference`."""

    reference: str
    raw_code: str | None = None


SubmitOutcome = Accepted | AlreadyThere

MessageKind = Literal["recall", "information"]


@dataclass(frozen=True)
class MessageContent:
    """A message about an assignment that the agency has, as a connector sends it.

    `key` is our key of the assignment, `reference` the agency's; `at` is aware business time; `text` is what
    the applicant provided (personal), None in a recall.
    """

    kind: MessageKind
    key: str
    reference: str
    at: datetime
    text: str | None = field(default=None, repr=False)


MessageOutcome = Literal["accepted", "ended", "unknown"]
"""How the agency took a message: it has it, now or before; it no longer works on the assignment; it has no
such assignment."""


@dataclass(frozen=True)
class Change:
    """One statement of an agency about an assignment, in our terms.

    `key` is the idempotency key, where the agency repeats it; `unmapped` names the parts whose raw value the
    mapping does not know (`status`, `reason`, `forward_to`). `note`, `stated` (all that the agency states, in
    its own words, whatever a mapping makes of them) and `raw` (JSON as it came) are personal.
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
    stated: bytes = field(default=b"", repr=False, compare=False)
    raw: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True)
class RejectedChange:
    """A statement that cannot be used: `code` says why; `raw` is what came, personal until it is sealed."""

    code: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class ChangePage:
    """What a poll returned, in the agency's order, and the cursor after it."""

    changes: tuple[Change | RejectedChange, ...]
    cursor: str


class Connector(Protocol):
    """Speaks one protocol to one agency's system.

    All calls raise `TransientError` (the agency is down or busy), `UncertainError` (it may have acted) and
    `PermanentError` (it refuses, or its response cannot be read).
    """

    async def submit(self, content: AssignmentContent, key: str) -> SubmitOutcome:
        """Send an assignment under its idempotency key."""
        ...

    async def look_up(self, key: str) -> AlreadyThere | None:
        """The assignment sent under `key`, as the agency has it; None when it has none."""
        ...

    async def send_message(self, content: MessageContent, message_id: str) -> MessageOutcome:
        """Send a message about an assignment. By `message_id` the agency recognises a repeated one.

        Raises:
            PermanentError: `adapter.no_messages`, among others: the agency takes no such message.
        """
        ...

    async def key_of(self, reference: str) -> str | None:
        """The idempotency key of the assignment that the agency calls `reference`; None when unknown."""
        ...

    async def poll(self, cursor: str | None) -> ChangePage:
        """The changes after `cursor`, oldest first; from the beginning without a cursor."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[Change, ...]:
        """The changes in a webhook.

        Raises:
            SignatureError: the agency did not sign it, or signed it too long ago.
            MalformedChangeError: it is signed but not readable.
        """
        ...

    def parse_change(self, raw: bytes) -> Change:
        """One change as the agency wrote it.

        Raises:
            MalformedChangeError: it is not readable.
        """
        ...
