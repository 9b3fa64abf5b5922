"""What mappings are made of: strict sections, and fields that are written as an agency writes its dates."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.agency_adapter import moments


class Strict(BaseModel):
    """A section of a mapping; a name that it does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _known_format(text: str) -> str:
    if not moments.is_format(text):
        raise ValueError(f"{text} is neither iso nor epoch_ms nor epoch_s nor a strftime pattern")
    return text


DateFormat = Annotated[str, AfterValidator(_known_format)]


class Dated(Strict):
    """A field that is a day or an instant, with the way the agency writes it."""

    source: str = Field(alias="from")
    written: DateFormat = Field(alias="as")


class Fixed(Strict):
    """A field that always says the same, in the agency's own word or number."""

    fixed: str | int
