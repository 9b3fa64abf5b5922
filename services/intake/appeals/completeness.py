"""What an appeal lacks: for each service it means, may the category ask, which documents are missing.

Pure. The check before submission, the response to it and the list of documents all use it.
"""

from collections.abc import Iterable

from catalogue.eligibility import Assessment, assess
from catalogue.model import Catalogue
from catalogue.routing import AppealFacts, RoutingResult, route
from schemas.appeals import AppealContent, Channel
from schemas.frozen import Code
from services.intake.appeals.domain import KnownCodes
from services.intake.appeals.submission import Submission


def facts_of(submission: Submission) -> AppealFacts:
    """What the router decides by: it reads the text only where no service was asked for."""
    return AppealFacts(
        services=submission.services,
        channel=submission.channel,
        district=submission.district,
        identified=submission.applicant.fin is not None,
        text=None if submission.services else submission.text,
    )


def facts_of_accepted(
    content: AppealContent, services: tuple[Code, ...], channel: Channel, known: KnownCodes
) -> AppealFacts:
    """The same of an appeal that was accepted, by its opened content and what is stored in the open.

    An older appeal has its district as it was written, which may be in no catalogue.
    """
    return AppealFacts(
        services=services,
        channel=channel,
        district=content.district if content.district in known.districts else None,
        identified=content.applicant.fin is not None,
        text=None if services else content.text,
    )


def examined(
    catalogue: Catalogue, facts: AppealFacts, category: str, documents: Iterable[Code] = ()
) -> tuple[Assessment, ...]:
    """The finding for each service that an appeal means, when it has `documents`."""
    return examined_route(catalogue, facts, route(catalogue, facts), category, documents)


def examined_route(
    catalogue: Catalogue,
    facts: AppealFacts,
    routed: RoutingResult,
    category: str,
    documents: Iterable[Code] = (),
) -> tuple[Assessment, ...]:
    """The same where the route is known. An appeal that goes to triage means the services it asks for.

    A service that the catalogue has no more is left out: nothing is agreed about it.
    """
    held = frozenset(documents)
    meant = routed.services or dict.fromkeys(facts.services)
    return tuple(
        assess(catalogue, service, category, held) for service in meant if service in catalogue.passports
    )
