"""Where an appeal goes: to which services, and each of their steps to which agency. Pure."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from catalogue.model import Catalogue, Condition, RoutingRule
from kit.text_folding import fold
from schemas.appeals import AppealReceived, Channel
from schemas.frozen import AgencyId, Code, Frozen
from schemas.passports import LOCAL_EXECUTIVE, Passport

UNPLACED = "unplaced"
"""The rule that is named when none of the catalogue's fits."""

UNKNOWN_SERVICE = "unknown_service"
"""The rule that is named when a service was asked for that the catalogue does not have."""


class AppealFacts(Frozen):
    """What the rules look at. `text` is the free text, where the router may open it."""

    services: tuple[Code, ...] = ()
    channel: Channel
    district: str | None = None
    identified: bool
    text: str | None = None

    @classmethod
    def of(cls, appeal: AppealReceived, text: str | None = None) -> "AppealFacts":
        """The facts of an appeal as it came from intake."""
        return cls(
            services=appeal.services,
            channel=appeal.channel,
            district=appeal.district,
            identified=appeal.applicant_index is not None,
            text=text,
        )


class Routed(NamedTuple):
    """The services an appeal goes to, none meaning triage, and the code of the rule that said so."""

    rule: Code
    services: tuple[Code, ...]

    @property
    def triage(self) -> bool:
        """Whether the centre must place it."""
        return not self.services


class Placed(NamedTuple):
    """A service's passport, and the agency of each of its steps by step code."""

    passport: Passport
    agencies: dict[Code, AgencyId]


def route(catalogue: Catalogue, facts: AppealFacts) -> Routed:
    """The services an appeal goes to by the first rule that fits; triage when none does.

    A service that the catalogue does not have sends the whole appeal to triage: it was accepted, so it is not
    refused here.
    """
    rule = next((rule for rule in catalogue.routing.rules if _fits(rule.when, facts)), None)
    if rule is None:
        return Routed(UNPLACED, ())
    services = _services(rule, facts)
    if any(service not in catalogue.passports for service in services):
        return Routed(UNKNOWN_SERVICE, ())
    return Routed(rule.code, services)


def place(catalogue: Catalogue, services: Iterable[Code], district: Code | None) -> tuple[Placed, ...]:
    """The passports of services, each once, with the agency that does each step.

    The local executive power is that of the district. A step whose agency is not connected goes to the one
    that the catalogue names for it (the centre), which places it by hand.

    Raises:
        PermanentError: `unknown_service`.
    """
    passports = [catalogue.passport(service) for service in dict.fromkeys(services)]
    return tuple(
        Placed(
            passport, {step.code: _agency_doing(catalogue, step.agency, district) for step in passport.steps}
        )
        for passport in passports
    )


def _agency_doing(catalogue: Catalogue, agency_id: AgencyId, district: Code | None) -> AgencyId:
    local = agency_id == LOCAL_EXECUTIVE
    agency = catalogue.local_agency(district) if local else catalogue.agency(agency_id)
    return agency.id if agency is not None and agency.connected else catalogue.routing.unconnected


def _services(rule: RoutingRule, facts: AppealFacts) -> tuple[Code, ...]:
    if rule.then == "triage":
        return ()
    if rule.then == "as_asked":
        return tuple(dict.fromkeys(facts.services))
    return tuple(rule.then)


def _fits(when: Condition, facts: AppealFacts) -> bool:
    return all(
        (
            when.asked is None or when.asked == bool(facts.services),
            when.identified is None or when.identified == facts.identified,
            not when.services or not set(when.services).isdisjoint(facts.services),
            not when.channels or facts.channel in when.channels,
            not when.districts or facts.district in when.districts,
            not when.keywords or _mentions(facts.text or "", when.keywords),
        )
    )


def _mentions(text: str, keywords: Iterable[str]) -> bool:
    """Whether a keyword stands in the text: its words one after another, the last with any ending.

    Azerbaijani inflects the last word of a phrase: "torpaq sahə" is found in "torpaq sahəsinin verilməsi".
    The words before it are found only as they are written, as a short one begins many others: "iş" is no
    "istəyirəm". Blanks and hyphens may stand between them; what ends a clause ends the phrase.
    """
    folded = fold(text)
    return any(_phrase(keyword).search(folded) for keyword in keywords)


@cache
def _phrase(keyword: str) -> re.Pattern[str]:
    return re.compile(r"\b" + r"[\s\-\u2010]+".join(re.findall(r"\w+", fold(keyword))))
