"""What a repeated request gets: one rule for appeals and attachments. Pure.

The caller and its `Idempotency-Key` name one claim. The transaction that stores what a request brings also
stores the claim (see `claims`). A later request under the key gets the first response, or the reason why not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from fastapi import Header
from pydantic import BaseModel, ConfigDict

from kit.http_headers import IDEMPOTENCY_KEY, IDEMPOTENT_REPLAYED
from kit.http_openapi import Refusals
from kit.problem import Problem

IdempotencyKey = Annotated[
    str | None,
    Header(alias=IDEMPOTENCY_KEY, include_in_schema=False),  # it is required: `PARAMETER` describes it
]
PARAMETER: dict[str, Any] = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": True,
    "description": "1-128 visible ASCII characters, one for each appeal or attachment. A repeated request "
    f"with the same body gets the same response, marked by the header {IDEMPOTENT_REPLAYED}: true; with "
    "another body, 409.",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,128}$"},
    "example": "b1f3c8f0-online-000017",
}
REFUSED_KEY: Refusals = {
    400: ("idempotency_key.missing", "idempotency_key.invalid"),
    409: ("idempotency_key.other_body", "idempotency_key.spent"),
}

_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_HEADER = {"header": IDEMPOTENCY_KEY}


class RepeatableResponse(BaseModel):
    """The response to an accepted request; a repeated request gets the same one.

    Fields in `RECOMPUTED` are not stored, as they are secret or may concern the applicant. They follow from
    the repeated request.
    """

    model_config = ConfigDict(frozen=True)

    RECOMPUTED: ClassVar[frozenset[str]]

    def stored(self) -> str:
        """What is stored of it (JSON)."""
        return self.model_dump_json(exclude=set(self.RECOMPUTED))

    def first(self, stored: str) -> Self:
        """The first response, of which `stored` was kept, when this is what a repeated request made."""
        recomputed = {name: getattr(self, name) for name in self.RECOMPUTED}
        return type(self).model_validate_json(stored).model_copy(update=recomputed)


ResponseT = TypeVar("ResponseT", bound=RepeatableResponse)
ClaimKey = tuple[str, str]
"""A caller's id and its idempotency key."""


@dataclass(frozen=True)
class Claim(Generic[ResponseT]):
    """A request under its key, and the response that it gets if the key is unused.

    `body_digest` is keyed, and of everything that must be the same for a repeated request to be the same.
    """

    actor_id: str
    key: str
    body_digest: str
    response: ResponseT

    @property
    def claim_key(self) -> ClaimKey:
        """What the row is found by."""
        return self.actor_id, self.key


@dataclass(frozen=True)
class Accepted(Generic[ResponseT]):
    """What the request brings is stored, and its message will be published."""

    response: ResponseT


@dataclass(frozen=True)
class Replayed(Generic[ResponseT]):
    """The same request was accepted before; nothing was written. The response is the first one."""

    response: ResponseT


@dataclass(frozen=True)
class OtherBody:
    """The key was used for another request; nothing was written."""


@dataclass(frozen=True)
class KeySpent:
    """The key's request was accepted, and the time to repeat it is over; nothing was written."""


Outcome = Accepted[ResponseT] | Replayed[ResponseT] | OtherBody | KeySpent


def valid_key(key: object, place: Mapping[str, str] = _HEADER) -> str:
    """The idempotency key, which came at `place`.

    Raises:
        Problem: 400 `idempotency_key.missing`, `idempotency_key.invalid`.
    """
    if isinstance(key, str) and _KEY.fullmatch(key):
        return key
    ((kind, name),) = place.items()
    if key is None:
        code, detail = "idempotency_key.missing", f"The {kind} {name} is missing."
    else:
        code, detail = "idempotency_key.invalid", "The Idempotency-Key is not 1-128 visible ASCII characters."
    remedy = "Send a key of your own for each appeal or attachment, and the same one when you repeat it."
    raise Problem(400, code, detail, remedy=remedy, errors=[{**place, "detail": detail}])


def accepted(outcome: Outcome[ResponseT]) -> Accepted[ResponseT] | Replayed[ResponseT]:
    """The outcome, if the request is accepted, now or before.

    Raises:
        Problem: 409 `idempotency_key.other_body`, `idempotency_key.spent`.
    """
    match outcome:
        case Accepted() | Replayed():
            return outcome
        case OtherBody():
            code, detail = "idempotency_key.other_body", "This Idempotency-Key was used for another request."
        case KeySpent():
            code = "idempotency_key.spent"
            detail = "A request under this Idempotency-Key was accepted; the time to repeat it is over."
    raise Problem(409, code, detail, remedy="Use a new key for each appeal and each attachment.")


@dataclass(frozen=True)
class StoredClaim:
    """A claim as it is stored: `response` is what `RepeatableResponse.stored` made."""

    body_digest: str
    response: str


def repeated(claim: Claim[ResponseT], stored: StoredClaim | None) -> Outcome[ResponseT]:
    """The outcome of a request whose key was claimed before; `stored` is None once that claim was purged."""
    if stored is None:
        return KeySpent()
    if stored.body_digest != claim.body_digest:
        return OtherBody()
    return Replayed(claim.response.first(stored.response))
