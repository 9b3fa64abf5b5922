"""Who comes to the window in a demonstration: appeals drawn from a seed. Pure; all persons are invented."""

import random
from collections.abc import Sequence
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

CHANNELS = {"on_site": 46, "online": 22, "mobile": 21, "call_centre": 11}
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


def population(count: int, seed: int, services: Sequence[str], run: str = "") -> list[DemoAppeal]:
    """`count` appeals in order of arrival, the same for the same arguments; `services` are those on offer.

    Among them: applicants without a FIN, free texts, two services at once, representatives, second
    appeals of the same person on the same matter, people who want no notices.
    """
    chance = random.Random(f"{seed}/{count}")
    persons: list[_Person] = []
    drawn = []
    for number in range(count):
        repeats = bool(persons) and chance.random() < 0.04
        person = chance.choice(persons[-40:]) if repeats else _person(chance, number)
        body = _body(person, repeats, chance, services)
        if not repeats and body.get("services") and "fin" in person.applicant:
            person.services = list(body["services"])
            persons.append(person)
        meant = body["services"][0] if body.get("services") else _meant(body["text"])
        drawn.append((body["channel"], body, meant))
    moments = sorted(chance.uniform(0, 1) for _ in range(count))
    spread = timedelta(hours=9 + count / 10)
    return [
        DemoAppeal(f"demo-{seed}-{run}{number}", spread * moment, channel, body, meant)
        for number, (moment, (channel, body, meant)) in enumerate(zip(moments, drawn, strict=True))
    ]


def _person(chance: random.Random, number: int) -> _Person:
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
    )


def _body(person: _Person, repeats: bool, chance: random.Random, services: Sequence[str]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "channel": _weighted(chance, CHANNELS),
        "applicant": person.applicant,
        "category": person.category,
        "district": person.district,
        "language": person.language,
        "notice": person.notice,
    }
    if repeats:
        body |= {"services": person.services[:1], "text": "Əvvəlki müraciətimə əlavə."}
    elif chance.random() < 0.04:
        body["text"] = chance.choice(list(FREE_TEXTS.values()))
    else:
        wanted = 2 if chance.random() < 0.06 else 1
        body["services"] = chance.sample(list(services), wanted)
    if chance.random() < 0.05:
        body["representative"] = {
            "surname": person.applicant["surname"],
            "name": chance.choice(NAMES),
            "ground": "etibarnamə",
        }
    return body


def _weighted(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _meant(text: str) -> str:
    return next(service for service, words in FREE_TEXTS.items() if words == text)
