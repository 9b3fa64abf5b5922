"""Where an appeal goes: to which services, and each of their steps to which agency. Pure."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from catalogue.free_text.interpretation import Interpretation, interpret
from catalogue.model import Catalogue, Condition, Destination
from kit.text_folding import fold
from schemas.appeals import AppealReceived, Channel
from schemas.frozen import AgencyId, Code, Frozen
from schemas.passports import LOCAL_EXECUTIVE, Passport

UNPLACED = "unplaced"
"""The code of the rule where none of the catalogue's rules fits."""

UNKNOWN_SERVICE = "unknown_service"
"""The code of the rule where the catalogue does not have a service that was asked for."""


class AppealFacts(Frozen):
    """What the rules decide by. `text` is the free text, where the router may open it."""

    services: tuple[Code, ...] = ()
    channel: Channel
    district: str | None = None
    identified: bool
    text: str | None = None

    @classmethod
    def of(cls, appeal: AppealReceived, text: str | None = None) -> "AppealFacts":
        """The facts of an appeal as intake published it."""
        return cls(
            services=appeal.services,
            channel=appeal.channel,
            district=appeal.district,
            identified=appeal.applicant_index is not None,
            text=text,
        )


class RoutingResult(NamedTuple):
    """The services to which an appeal goes (none: triage), and the code of the rule that decided.

    `ground` says why free text was placed or not. `suggestions` are the services that an appeal in triage may
    mean, the likeliest first. None of it quotes the text.
    """

    rule: Code
    services: tuple[Code, ...]
    ground: Code | None = None
    suggestions: tuple[Code, ...] = ()

    @property
    def triage(self) -> bool:
        """Whether the centre must place it."""
        return not self.services


class AssignedPassport(NamedTuple):
    """A service's passport, and the agency of each of its steps, by step code."""

    passport: Passport
    agencies: dict[Code, AgencyId]


def route(catalogue: Catalogue, facts: AppealFacts) -> RoutingResult:
    """The services to which an appeal goes by the first rule that fits; triage where none does.

    A service that the catalogue does not have sends the whole appeal to triage: an accepted appeal is not
    refused here. Triage gets the services asked for as suggestions, or those that the text may mean.
    """
    rule = next((rule for rule in catalogue.routing.rules if _fits(rule.when, facts)), None)
    code, then = (UNPLACED, "triage") if rule is None else (rule.code, rule.then)
    read = interpret(catalogue.free_text, facts.text) if facts.text and not facts.services else None
    services = _services(then, facts, read)
    if any(service not in catalogue.passports for service in services):
        code, services = UNKNOWN_SERVICE, ()
    ground = read.ground if read is not None and then == "as_read" else None
    return RoutingResult(code, services, ground, () if services else _suggestions(catalogue, facts, read))


def assign_agencies(
    catalogue: Catalogue, services: Iterable[Code], district: Code | None
) -> tuple[AssignedPassport, ...]:
    """The passports of services, each once, with the agency that does each step.

    The local executive power is that of the district. A step whose agency is not connected goes to the agency
    that the catalogue names for such steps (the centre).

    Raises:
        PermanentError: `unknown_service`.
    """
    passports = [catalogue.passport(service) for service in dict.fromkeys(services)]
    return tuple(
        AssignedPassport(
            passport, {step.code: _agency_doing(catalogue, step.agency, district) for step in passport.steps}
        )
        for passport in passports
    )


def _agency_doing(catalogue: Catalogue, agency_id: AgencyId, district: Code | None) -> AgencyId:
    local = agency_id == LOCAL_EXECUTIVE
    agency = catalogue.local_agency(district) if local else catalogue.agency(agency_id)
    return agency.id if agency is not None and agency.connected else catalogue.routing.unconnected


def _services(then: Destination, facts: AppealFacts, read: Interpretation | None) -> tuple[Code, ...]:
    if then == "triage":
        return ()
    if then == "as_asked":
        return tuple(dict.fromkeys(facts.services))
    if then == "as_read":
        return () if read is None or read.service is None else (read.service,)
    return then


def _suggestions(catalogue: Catalogue, facts: AppealFacts, read: Interpretation | None) -> tuple[Code, ...]:
    asked = tuple(service for service in dict.fromkeys(facts.services) if service in catalogue.passports)
    if asked or read is None:
        return asked
    return tuple(service for service in read.suggestions if service in catalogue.passports)


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
    """Whether the text has a keyword: its words one after another, the last with any ending.

    Azerbaijani inflects the last word of a phrase: "torpaq sahə" is found in "torpaq sahəsinin verilməsi".
    The words before it match whole, because short ones begin many others: "iş" does not match "istəyirəm".
    Blanks and hyphens may stand between the words; the end of a clause ends the phrase.
    """
    folded = fold(text)
    return any(_phrase(keyword).search(folded) for keyword in keywords)


@cache
def _phrase(keyword: str) -> re.Pattern[str]:
    return re.compile(r"\b" + r"[\s\-\u2010]+".join(re.findall(r"\w+", fold(keyword))))
