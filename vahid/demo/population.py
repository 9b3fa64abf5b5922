"""The appeals of a demonstration, drawn from a seed. Pure. All persons are invented.

The opening weeks are the centres' first, from 23 August 2021: 1,461 persons were received, 155 of them
through 142. These are public figures; second appeals and all else are example data.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

SURNAMES = (
    "Əliyev Məmmədov Həsənov Hüseynov Quliyev İsmayılov Rzayev Cəfərov Abbasov Nəbiyev Şirinov Ağayev"
).split()
NAMES = ("Elşən Rəşad Nigar Aytən Orxan Günel Vüqar Sevinc Tural Ülviyyə Fərid Leyla Kamran Könül").split()
FATHERS = ("Rafiq Vaqif Əhməd Şahin Mübariz Fikrət Çingiz Zaur Niyazi İlqar").split()
DISTRICTS = (
    "nasimi binagadi garadagh khatai khazar narimanov nizami pirallahi sabail "
    "sabunchu surakhani yasamal sumgait"
).split()
FIN_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

PERSONS, THROUGH_142, SECOND_APPEALS = 1_461, 155, 58
OPENING_WEEKS = PERSONS + SECOND_APPEALS
"""How many appeals the opening weeks brought."""
WORKING_DAYS = 50
"""The working days of the opening weeks; fewer appeals come in fewer days."""

OTHER_CHANNELS = {"on_site": 46, "online": 22, "mobile": 21}
CATEGORIES = {"martyr_family": 40, "wounded": 35, "war_disabled": 25}
FREE_TEXTS = {
    "employment": "İş tapmaqda kömək istəyirəm.",
    "land-plot": "Torpaq sahəsinin ayrılmasını xahiş edirəm.",
    "psychological-support": "Ailəmiz üçün psixoloq dəstəyi xahiş edirik.",
}
"""Texts of applicants who name no service, by the service that they mean."""


@dataclass(frozen=True)
class DemoAppeal:
    """One appeal: when it comes after the opening (business time), its idempotency key, its content.

    `intended_service` is the service that a member of staff would read from it.
    """

    key: str
    after: timedelta
    channel: str
    content: dict[str, Any]
    intended_service: str


@dataclass
class _Person:
    applicant: dict[str, Any]
    category: str
    district: str
    notice: dict[str, bool]
    language: str
    services: list[str] = field(default_factory=list)
    came: timedelta = timedelta()


def working_days(count: int) -> int:
    """The working days in which `count` appeals come, at the pace of the opening weeks."""
    return max(1, round(count * WORKING_DAYS / OPENING_WEEKS))


def population(count: int, seed: int, services: Sequence[str], run: str = "") -> list[DemoAppeal]:
    """`count` appeals in order of arrival, the same for the same arguments; `services` are those on offer.

    Among them are applicants without a FIN, free texts, two services at once, representatives, second
    appeals of one person on the same matter, and people who want no notices. Second appeals and calls to 142
    have their share of the opening weeks. With enough persons, every service is asked for.
    """
    chance = random.Random(f"{seed}/{count}")
    again = round(count * SECOND_APPEALS / OPENING_WEEKS)
    days = working_days(count)
    offered = _shuffled(chance, services)
    persons, drawn = [], []
    for number, channel in enumerate(_channels(count - again, chance)):
        person = _person(chance, number, _arrival(chance, channel, days))
        content = _content(person, channel, chance, offered)
        persons.append(person)
        drawn.append((person.came, content))
    for person in _returning(again, persons, chance):
        content = _constant_content(person, "online") | {
            "services": person.services[:1],
            "text": "Əvvəlki müraciətimə əlavə.",
        }
        drawn.append((person.came + timedelta(days=chance.uniform(1, 3)), content))
    drawn.sort(key=lambda arrival: arrival[0])
    return [
        DemoAppeal(
            f"demo-{seed}-{run}{number}", after, content["channel"], content, _intended_service(content)
        )
        for number, (after, content) in enumerate(drawn)
    ]


def _channels(persons: int, chance: random.Random) -> list[str]:
    """The channel of each person's first appeal."""
    calls = round(persons * THROUGH_142 / PERSONS)
    channels = ["call_centre"] * calls + [_weighted(chance, OTHER_CHANNELS) for _ in range(persons - calls)]
    chance.shuffle(channels)
    return channels


def _arrival(chance: random.Random, channel: str, days: int) -> timedelta:
    """The time of an appeal after nine o'clock on a Monday: in office hours, online at all hours."""
    if channel == "online":
        return timedelta(days=chance.uniform(0, days // 5 * 7 + days % 5 - 0.5))
    day = chance.randrange(days)
    return timedelta(days=day // 5 * 7 + day % 5, hours=chance.uniform(0, 9))


def _shuffled(chance: random.Random, services: Sequence[str]) -> Iterator[str]:
    """The services like a pack of cards, shuffled again when it is used up: none is left out."""
    while True:
        yield from chance.sample(services, len(services))


def _returning(count: int, persons: Sequence[_Person], chance: random.Random) -> list[_Person]:
    """At most `count` persons who gave a FIN and named a service."""
    known = [person for person in persons if person.services and "fin" in person.applicant]
    return chance.sample(known, min(count, len(known)))


def _person(chance: random.Random, number: int, came: timedelta) -> _Person:
    surname, name = chance.choice(SURNAMES), chance.choice(NAMES)
    applicant: dict[str, Any] = {"surname": surname, "name": name, "patronymic": chance.choice(FATHERS)}
    if chance.random() > 0.03:
        applicant["fin"] = "".join(chance.choice(FIN_CHARACTERS) for _ in range(7))
    applicant["birth_date"] = (
        f"{chance.randint(1950, 2002)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    )
    applicant["phone"] = f"+99450{2_000_000 + number}"
    if chance.random() < 0.6:
        applicant["email"] = f"applicant{number}@example.az"
    applicant["address"] = f"Bakı, {chance.randint(1, 120)}-ci məhəllə, {chance.randint(1, 80)}"
    wants = chance.random() > 0.05
    return _Person(
        applicant=applicant,
        category=_weighted(chance, CATEGORIES),
        district=chance.choice(DISTRICTS),
        notice={"sms": wants, "email": wants and "email" in applicant},
        language="en" if chance.random() < 0.05 else "az",
        came=came,
    )


def _content(person: _Person, channel: str, chance: random.Random, offered: Iterator[str]) -> dict[str, Any]:
    content = _constant_content(person, channel)
    if chance.random() < 0.04:
        content["text"] = chance.choice(list(FREE_TEXTS.values()))
    else:
        first = next(offered)
        second = [next(offered)] if chance.random() < 0.06 else []
        person.services = [first, *(service for service in second if service != first)]
        content["services"] = list(person.services)
    if chance.random() < 0.05:
        content["representative"] = {
            "surname": person.applicant["surname"],
            "name": chance.choice(NAMES),
            "ground": "etibarnamə",
        }
    return content


def _constant_content(person: _Person, channel: str) -> dict[str, Any]:
    """The content that all appeals of a person have."""
    return {
        "channel": channel,
        "applicant": person.applicant,
        "category": person.category,
        "district": person.district,
        "language": person.language,
        "notice": person.notice,
    }


def _weighted(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _intended_service(content: dict[str, Any]) -> str:
    """The service that a member of staff would read from an appeal."""
    if content.get("services"):
        return str(content["services"][0])
    return next(service for service, text in FREE_TEXTS.items() if text == content["text"])
