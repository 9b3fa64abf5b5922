"""The base of every wire model."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

CaseId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
AgencyId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,60}$")]
Sealed = Annotated[str, StringConstraints(max_length=65_536)]
"""A JWE in compact serialisation (RFC 7516); its `kid` names the data key in the vault."""

Instant = Annotated[datetime, AwareDatetime]


class Frozen(BaseModel):
    """An immutable value. Unknown fields are ignored: fields are added, never changed."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_enum_values=False)
