"""Which case an appeal goes to. Pure: the claims of earlier appeals in, a choice out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.appeals import AppealReceived
from schemas.frozen import CaseId, Code
from services.router.confirmation import Identity


@dataclass(frozen=True)
class ServiceClaim:
    """One service that one applicant asked for: the case `case_id` handles it, since `claimed_at`.

    `person` is who asked first; None for a claim of before that was kept, or by a contact.
    """

    service: Code
    case_id: CaseId
    claimed_at: datetime
    person: Identity | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class EarlierClaim(ServiceClaim):
    """The claim of an earlier appeal, with what the ledger says of it.

    `pending` when the case still owes the answer for this service; `begun` when it has an open track for it;
    `full` when the case takes no further appeal (see `workflows.case.limits`). `appeal_id` claimed it last.
    """

    pending: bool
    begun: bool = False
    full: bool = False
    appeal_id: CaseId = ""


@dataclass(frozen=True)
class Opened:
    """The appeal opens its own case."""

    case_id: CaseId


@dataclass(frozen=True)
class Joined:
    """The appeal joins a case in which one of its services is pending."""

    case_id: CaseId


@dataclass(frozen=True)
class Triaged:
    """The appeal opens its own case. No rule could place it, so the centre reviews it first."""

    case_id: CaseId


CaseChoice = Opened | Joined | Triaged


def choose_case(
    appeal: AppealReceived, services: Sequence[Code], earlier: Sequence[EarlierClaim]
) -> CaseChoice:
    """The case for `appeal`, which asks for `services` and whose applicant has the `earlier` claims.

    The oldest pending claim decides. The case id tells equally old ones apart, so that every try of the same
    choice ends the same.
    """
    if not services:
        return Triaged(appeal.case_id)
    pending = [claim for claim in earlier if claim.pending and claim.service in services]
    oldest = min(pending, key=lambda claim: (claim.claimed_at, claim.case_id), default=None)
    if oldest is None or oldest.case_id == appeal.case_id:
        return Opened(appeal.case_id)
    return Joined(oldest.case_id)


def claims_after(
    choice: CaseChoice,
    services: Sequence[Code],
    earlier: Sequence[EarlierClaim],
    now: datetime,
    person: Identity | None = None,
) -> tuple[ServiceClaim, ...]:
    """The claims that follow from `choice`, made at `now` by `person`.

    A pending claim stays with its case and its person, and as old as it is; any other service goes to the
    chosen case.
    """
    pending = {claim.service: claim for claim in earlier if claim.pending}
    return tuple(
        ServiceClaim(
            service, pending[service].case_id, pending[service].claimed_at, person=pending[service].person
        )
        if service in pending
        else ServiceClaim(service, choice.case_id, now, person=person)
        for service in sorted(set(services))
    )


def services_elsewhere(
    choice: CaseChoice, services: Sequence[Code], claims: Sequence[ServiceClaim]
) -> dict[CaseId, tuple[Code, ...]]:
    """The services asked for that other cases of the applicant still owe, by case: these hear of it too."""
    asked = dict.fromkeys(services)
    others = sorted({claim.case_id for claim in claims} - {choice.case_id})
    return {
        other: tuple(
            service
            for service in asked
            if any((claim.service, claim.case_id) == (service, other) for claim in claims)
        )
        for other in others
    }


def services_given(
    choice: CaseChoice,
    services: Sequence[Code],
    claims: Sequence[ServiceClaim],
    of_others: Collection[Code] = (),
) -> tuple[Code, ...]:
    """The services that the chosen case gives, in the order asked.

    It begins no service that another case of the applicant still owes: that case answers it. What is pending
    for somebody else under the same FIN (`of_others`) is none of these.
    """
    claimed = {*of_others, *(claim.service for claim in claims if claim.case_id == choice.case_id)}
    return tuple(service for service in dict.fromkeys(services) if service in claimed)
