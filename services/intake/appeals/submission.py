"""An appeal as a channel sends it: the body of `POST /v1/appeals`."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.appeals import AppealContent, AppealReceived, Channel, Language
from services.intake.appeals.fields import NORMAL, BirthDate, Email, Fin, Line, Phone, Prose

Listed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), NORMAL]
"""A code of the catalogue."""
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


class _Strict(BaseModel):
    """Refuses an unknown field: what is not read must not seem accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(_Strict):
    """A person. The rule on anonymous appeals demands surname, name and a contact."""

    surname: Line = ""
    name: Line = ""
    patronymic: Line | None = None
    fin: Fin | None = Field(
        default=None, description="Optional: 7 characters, digits and A-Z without I and O."
    )
    birth_date: BirthDate | None = None
    phone: Phone | None = Field(default=None, description="A number of Azerbaijan; stored in E.164.")
    email: Email | None = None
    address: Line | None = None


class Representative(Person):
    """Who acts for the applicant, and on which ground."""

    ground: Annotated[Line, Field(min_length=1)]


class Notice(_Strict):
    """Consent to notices by these channels. It does not decide whether the appeal is accepted."""

    sms: bool = False
    email: bool = False


class Submission(_Strict):
    """An appeal: who asks, for which services or in which words."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    channel: Channel
    applicant: Person = Person()
    representative: Representative | None = None
    category: Listed = Field(description="A category of the catalogue: martyr_family, wounded, war_disabled.")
    district: Annotated[Line, Field(max_length=80)] | None = None
    services: Annotated[tuple[Listed, ...], Field(max_length=10)] = ()
    text: Prose | None = None
    language: Language = "az"
    notice: Notice = Notice()
    details: Annotated[dict[DetailName, Line], Field(max_length=50)] = Field(default_factory=dict)


SEALED_FIELDS = set(AppealContent.model_fields)
"""The fields of a submission that are sealed."""
OPEN_FIELDS = tuple(
    name
    for name in Submission.model_fields
    if name in AppealReceived.model_fields and name not in SEALED_FIELDS
)
"""The fields of a submission that are published as they are."""
