"""What every protocol's mapping states: the agency's codes in our terms, and how fast it takes assignments.

A mapping is data. It stands in the catalogue, in `agencies/<id>.yaml` under `connector:`.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from schemas.agency_statuses import Status
from schemas.frozen import AgencyId, Code


class Section(BaseModel):
    """A section of a mapping. It refuses names that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no such time zone: {name}") from error
    return name


def _compilable(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


def _text_keys(value: object) -> object:
    return {str(key): inner for key, inner in value.items()} if isinstance(value, Mapping) else value


Shape = Annotated[str, AfterValidator(_compilable)]
"""A regular expression that a whole identifier must match."""


class ConnectorMapping(Section):
    """What the adapter reads of every mapping, whatever its protocol.

    Local times are in `timezone`. `statuses`, `reasons` and `agencies` translate the agency's codes; a code
    that is missing there is kept raw, counted, and changes no state; one that has not the shape of a code is
    sealed with the note. `acknowledgement` is the agency's code
    for an acknowledged assignment, where accepting it already acknowledges it.
    """

    protocol: str
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Baku"
    reference_shape: Shape
    status_id_shape: Shape
    statuses: Annotated[dict[str, Status], BeforeValidator(_text_keys)] = Field(min_length=1)
    acknowledgement: Annotated[str, BeforeValidator(str)] | None = None
    reasons: Annotated[dict[str, Code], BeforeValidator(_text_keys)] = Field(default_factory=dict)
    agencies: Annotated[dict[str, AgencyId], BeforeValidator(_text_keys)] = Field(default_factory=dict)
    assignments_per_second: float = Field(default=50, gt=0)
    assignments_at_once: int = Field(default=20, ge=1, le=200)

    @model_validator(mode="after")
    def _acknowledges(self) -> Self:
        if self.acknowledgement is not None and self.statuses.get(self.acknowledgement) != "acknowledged":
            raise ValueError("`acknowledgement` must be a code that `statuses` maps to acknowledged")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of the agency's local times."""
        return ZoneInfo(self.timezone)

    def acknowledgement_in(self, raw_code: str | None) -> str | None:
        """The code by which an acceptance with `raw_code` acknowledges; None where it does not."""
        if self.acknowledgement is None:
            return None
        if raw_code is not None and self.statuses.get(raw_code, "note") == "note":
            return None
        return self.acknowledgement
