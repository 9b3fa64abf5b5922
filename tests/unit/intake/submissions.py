"""Submissions to start tests from."""

from typing import Any

from catalogue.model import Text
from services.intake.appeals.districts import district_names
from services.intake.appeals.domain import KnownCodes

KNOWN = KnownCodes(
    services=frozenset({"disability-assessment", "psychological-support", "employment", "land-plot"}),
    categories=frozenset({"martyr_family", "wounded", "war_disabled"}),
    districts=frozenset({"nasimi", "sabail"}),
    district_names=district_names(
        {"nasimi": Text(az="Nəsimi", en="Nasimi"), "sabail": Text(az="Səbail", en="Sabail")}
    ),
)


def body(**changes: Any) -> dict[str, Any]:
    """An acceptable body, with `changes` (None takes a field away)."""
    whole: dict[str, Any] = {
        "channel": "online",
        "applicant": {
            "surname": "Nümunəyev",
            "name": "Nümunə",
            "fin": "5ABC1D2",
            "phone": "+994501234567",
            "email": "numune@example.az",
        },
        "category": "wounded",
        "district": "nasimi",
        "services": ["employment"],
        "language": "az",
        "notice": {"sms": True, "email": False},
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def applicant(**changes: Any) -> dict[str, Any]:
    """An acceptable body whose applicant has `changes`."""
    person = body()["applicant"] | changes
    return body(applicant={name: value for name, value in person.items() if value is not None})
