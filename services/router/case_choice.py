"""Which case an appeal goes to. Pure: what is known of the person's matters in, a decision out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.appeals import AppealReceived
from schemas.frozen import CaseId, Code


@dataclass(frozen=True)
class Matter:
    """One service of one person, as it is claimed: by the case `case_id`, since `claimed_at`.

    `pending` says whether that case still owes the answer for this service; `begun` whether it has an open
    track for it.
    """

    service: Code
    case_id: CaseId
    claimed_at: datetime
    pending: bool
    begun: bool = False


@dataclass(frozen=True)
class Opened:
    """The appeal opens its own case."""

    case_id: CaseId


@dataclass(frozen=True)
class Joined:
    """The appeal joins a case in which one of its matters is pending."""

    case_id: CaseId


@dataclass(frozen=True)
class Triaged:
    """The appeal opens its own case, and no rule could place it: the centre looks at it first."""

    case_id: CaseId


Decision = Opened | Joined | Triaged


@dataclass(frozen=True)
class Claim:
    """What becomes of a matter: it now belongs to `case_id`, since `claimed_at`."""

    service: Code
    case_id: CaseId
    claimed_at: datetime


def choose_case(appeal: AppealReceived, services: Sequence[Code], matters: Sequence[Matter]) -> Decision:
    """The case for `appeal`, which asks for `services` and whose person has `matters`.

    The oldest pending matter decides; the case id tells equally old ones apart, so that every try of the
    same decision ends the same.
    """
    if not services:
        return Triaged(appeal.case_id)
    pending = [matter for matter in matters if matter.pending and matter.service in services]
    oldest = min(pending, key=lambda matter: (matter.claimed_at, matter.case_id), default=None)
    if oldest is None or oldest.case_id == appeal.case_id:
        return Opened(appeal.case_id)
    return Joined(oldest.case_id)


def claims(
    decision: Decision, services: Sequence[Code], matters: Sequence[Matter], now: datetime
) -> tuple[Claim, ...]:
    """The claims that follow from `decision` taken at `now`.

    A pending matter stays with its case, and as old as it is; any other goes to the case decided on.
    """
    held = {matter.service: matter for matter in matters if matter.pending}
    return tuple(
        Claim(service, held[service].case_id, held[service].claimed_at)
        if service in held
        else Claim(service, decision.case_id, now)
        for service in sorted(set(services))
    )


def given_here(decision: Decision, services: Sequence[Code], claimed: Sequence[Claim]) -> tuple[Code, ...]:
    """The services that the case decided on gives, in the order asked.

    What another case of the person still owes is not begun a second time: that case answers it.
    """
    here = {claim.service for claim in claimed if claim.case_id == decision.case_id}
    return tuple(service for service in dict.fromkeys(services) if service in here)
