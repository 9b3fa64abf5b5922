"""An appeal as a channel sends it: the body of `POST /v1/appeals`."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
)

from schemas.appeals import AppealContent, AppealReceived, Channel, Language
from services.intake.appeals.fields import (
    IF_GIVEN,
    IF_WRITTEN,
    NORMAL,
    BirthDate,
    Email,
    Fin,
    Line,
    Name,
    Phone,
    Place,
    Prose,
    ReceivedAt,
    undamaged,
    valued,
    written,
)

Listed = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    AfterValidator(undamaged),
    AfterValidator(valued),
    NORMAL,
]
"""A code of the catalogue."""
District = Annotated[Place, Field(max_length=80, json_schema_extra={"format": "district"})]
DetailName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]

EXAMPLE: dict[str, Any] = {
    "channel": "online",
    "applicant": {
        "surname": "Nümunəyev",
        "name": "Nümunə",
        "patronymic": "Nümunə oğlu",
        "fin": "5ABC1D2",
        "birth_date": "1990-02-14",
        "phone": "+994501234567",
        "email": "numune@example.az",
        "address": "Bakı, Nümunə küçəsi 1",
    },
    "category": "wounded",
    "district": "nasimi",
    "services": ["disability-assessment"],
    "text": "Əlilliyin qiymətləndirilməsini xahiş edirəm.",
    "language": "az",
    "notice": {"sms": True, "email": True},
    "details": {"military_unit": "N"},
}


def _named(services: object) -> object:
    """None where the list has words for no value alone."""
    no_values = isinstance(services, list) and all(
        isinstance(each, str) and written(each) is None for each in services
    )
    return () if no_values else services


def _with_values(details: object) -> object:
    """The details that have a value."""
    if not isinstance(details, dict):
        return details
    return {name: value for name, value in details.items() if value is None or written(value) is not None}


ReceiptGround = Literal["paper_register", "post", "personal_reception", "outage"]
"""Why an appeal counts as received earlier: it stands in a register of appeals on paper, came by post that
day, was handed in at a personal reception, or this system was away."""


class _Strict(BaseModel):
    """Refuses an unknown field: what is not read must not seem accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(_Strict):
    """A person. The rule on anonymous appeals demands surname, name and a contact."""

    surname: Name = ""
    name: Name = ""
    patronymic: Annotated[Name | None, IF_GIVEN] = None
    fin: Annotated[Fin | None, IF_GIVEN] = Field(
        default=None, description="Optional: 7 characters, digits and A-Z without I and O."
    )
    birth_date: Annotated[BirthDate | None, IF_GIVEN] = None
    phone: Annotated[Phone | None, IF_GIVEN] = Field(
        default=None, description="A number of Azerbaijan; stored in E.164."
    )
    email: Annotated[Email | None, IF_GIVEN] = None
    address: Annotated[Place | None, IF_GIVEN] = None


class Representative(Person):
    """Who acts for the applicant, and on which ground."""

    ground: Annotated[Line, Field(min_length=1), AfterValidator(valued)]


class Notice(_Strict):
    """Consent to notices by these channels. It does not decide whether the appeal is accepted."""

    sms: StrictBool = False
    email: StrictBool = False


class Submission(_Strict):
    """An appeal: who asks, for which services or in which words."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    channel: Channel
    applicant: Person = Person()
    representative: Representative | None = None
    category: Listed = Field(description="A category of the catalogue: martyr_family, wounded, war_disabled.")
    district: Annotated[District | None, IF_GIVEN] = Field(
        default=None, description="Code or title of a district of the catalogue."
    )
    services: Annotated[tuple[Listed, ...], Field(max_length=10), BeforeValidator(_named)] = ()
    text: Annotated[Prose | None, IF_WRITTEN] = None
    language: Language = "az"
    notice: Notice = Notice()
    details: Annotated[dict[DetailName, Line], Field(max_length=50), BeforeValidator(_with_values)] = Field(
        default_factory=dict
    )
    received_at: Annotated[ReceivedAt | None, IF_GIVEN] = Field(
        default=None,
        description="Of an appeal that was on paper before: a day, or an instant with its offset. The terms "
        "run from it. It needs a ground, and a key with the scope `intake:earlier_receipt`.",
    )
    receipt_ground: Annotated[ReceiptGround | None, IF_GIVEN] = None


SEALED_FIELDS = set(AppealContent.model_fields)
"""The fields of a submission that are sealed."""
OPEN_FIELDS = tuple(
    name
    for name in Submission.model_fields
    if name in AppealReceived.model_fields and name not in SEALED_FIELDS | {"received_at"}
)
"""The fields of a submission that are published as they are."""
