"""The base of every wire model."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

CaseId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
AgencyId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,60}$")]
Sealed = Annotated[str, StringConstraints(max_length=65_536)]
"""A JWE in compact serialisation (RFC 7516); its `kid` names the data key in the vault."""

LARGEST_NUMBER = 2**53 - 1
"""The largest whole number that every JSON reader takes as it is; canonical JSON (RFC 8785) has no larger."""


LONGEST_NAME = 300


def _short(name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise ValueError(f"must have at most {LONGEST_NAME} characters")
    return name


Name = Annotated[str, AfterValidator(_short)]
"""An id, a key or a code of somebody else. The published schemas stay as they were: `string`."""


def _exact(number: int) -> int:
    if not -LARGEST_NUMBER <= number <= LARGEST_NUMBER:
        raise ValueError("must lie between -(2**53 - 1) and 2**53 - 1")
    return number


Whole = Annotated[int, AfterValidator(_exact)]
"""A whole number that canonical JSON can write. The published schemas stay as they were: `integer`."""

Instant = Annotated[datetime, AwareDatetime]


class Frozen(BaseModel):
    """An immutable value. Unknown fields are ignored: fields are added, never changed."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_enum_values=False)
