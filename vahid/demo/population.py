"""Who comes to the window in a demonstration: appeals drawn from a seed. Pure; all persons are invented.

The opening weeks are the centres' first, from 23 August 2021: 1,461 persons were received, 155 of them
through 142 (public figures; those who came a second time, and all else, are example data).
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
FIN_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

PERSONS, THROUGH_142, SECOND_APPEALS = 1_461, 155, 58
OPENING_WEEKS = PERSONS + SECOND_APPEALS
"""How many appeals the opening weeks brought."""
WORKING_DAYS = 50
"""Of the opening weeks; fewer appeals come in fewer days."""

OTHER_CHANNELS = {"on_site": 46, "online": 22, "mobile": 21}
CATEGORIES = {"martyr_family": 40, "wounded": 35, "war_disabled": 25}
FREE_TEXTS = {
    "employment": "İş tapmaqda kömək istəyirəm.",
    "land-plot": "Torpaq sahəsi ilə bağlı sənədlərim üzrə xahiş edirəm.",
    "psychological-support": "Ailəmiz üçün psixoloq dəstəyi xahiş edirik.",
}
"""What applicants write who name no service, by the service that they mean."""


@dataclass(frozen=True)
class DemoAppeal:
    """One appeal: when after the start of the demonstration (business time), under which key, what it says.

    `meant` is the service that a person at the desk would read from it.
    """

    key: str
    after: timedelta
    channel: str
    body: dict[str, Any]
    meant: str


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
    """In how many working days so many appeals come; the pace is that of the opening weeks."""
    return max(1, round(count * WORKING_DAYS / OPENING_WEEKS))


def population(count: int, seed: int, services: Sequence[str], run: str = "") -> list[DemoAppeal]:
    """`count` appeals in order of arrival, the same for the same arguments; `services` are those on offer.

    Among them: applicants without a FIN, free texts, two services at once, representatives, second
    appeals of the same person on the same matter, people who want no notices. Second appeals and those
    through 142 have the share that they have in the opening weeks, which are `OPENING_WEEKS` appeals; every
    service is asked for where there are persons enough.
    """
    chance = random.Random(f"{seed}/{count}")
    again = round(count * SECOND_APPEALS / OPENING_WEEKS)
    days = working_days(count)
    offered = _dealt(chance, services)
    persons, drawn = [], []
    for number, channel in enumerate(_channels(count - again, chance)):
        person = _person(chance, number, _arrival(chance, channel, days))
        body = _body(person, channel, chance, offered)
        persons.append(person)
        drawn.append((person.came, body))
    for person in _who_comes_again(again, persons, chance):
        body = _said(person, "online") | {
            "services": person.services[:1],
            "text": "Əvvəlki müraciətimə əlavə.",
        }
        drawn.append((person.came + timedelta(days=chance.uniform(1, 3)), body))
    drawn.sort(key=lambda one: one[0])
    return [
        DemoAppeal(f"demo-{seed}-{run}{number}", after, body["channel"], body, _meant(body))
        for number, (after, body) in enumerate(drawn)
    ]


def _channels(persons: int, chance: random.Random) -> list[str]:
    """By which channel each person comes first."""
    calls = round(persons * THROUGH_142 / PERSONS)
    channels = ["call_centre"] * calls + [_weighted(chance, OTHER_CHANNELS) for _ in range(persons - calls)]
    chance.shuffle(channels)
    return channels


def _arrival(chance: random.Random, channel: str, days: int) -> timedelta:
    """When somebody comes, from nine o'clock on a Monday: in office hours, online at all hours."""
    if channel == "online":
        return timedelta(days=chance.uniform(0, days // 5 * 7 + days % 5 - 0.5))
    day = chance.randrange(days)
    return timedelta(days=day // 5 * 7 + day % 5, hours=chance.uniform(0, 9))


def _dealt(chance: random.Random, services: Sequence[str]) -> Iterator[str]:
    """The services as from a pack of cards, shuffled anew when it is used up: none is left out."""
    while True:
        yield from chance.sample(services, len(services))


def _who_comes_again(count: int, persons: Sequence[_Person], chance: random.Random) -> list[_Person]:
    """Persons who are known by a FIN and named a service; fewer than `count` where there are no more."""
    known = [person for person in persons if person.services and "fin" in person.applicant]
    return chance.sample(known, min(count, len(known)))


def _person(chance: random.Random, number: int, came: timedelta) -> _Person:
    surname, name = chance.choice(SURNAMES), chance.choice(NAMES)
    applicant: dict[str, Any] = {"surname": surname, "name": name, "patronymic": chance.choice(FATHERS)}
    if chance.random() > 0.03:
        applicant["fin"] = "".join(chance.choice(FIN_LETTERS) for _ in range(7))
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


def _body(person: _Person, channel: str, chance: random.Random, offered: Iterator[str]) -> dict[str, Any]:
    body = _said(person, channel)
    if chance.random() < 0.04:
        body["text"] = chance.choice(list(FREE_TEXTS.values()))
    else:
        first = next(offered)
        second = [next(offered)] if chance.random() < 0.06 else []
        person.services = [first, *(one for one in second if one != first)]
        body["services"] = list(person.services)
    if chance.random() < 0.05:
        body["representative"] = {
            "surname": person.applicant["surname"],
            "name": chance.choice(NAMES),
            "ground": "etibarnamə",
        }
    return body


def _said(person: _Person, channel: str) -> dict[str, Any]:
    """What every appeal of a person says."""
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


def _meant(body: dict[str, Any]) -> str:
    """The service that a person would read from an appeal."""
    if body.get("services"):
        return str(body["services"][0])
    return next(service for service, words in FREE_TEXTS.items() if words == body["text"])
