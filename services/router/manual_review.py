"""When a person reviews an appeal before any agency does. Pure: facts in, the reason for the review out.

Law on citizens' appeals, Article 8.1.4: a repeat appeal, answered with reasons three times within a year and
with nothing new, is left unconsidered. What is new in it only a person can see: so a person decides.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalogue.terms import Terms
from schemas.case_lifecycle_events import Outcome
from schemas.frozen import CaseId, Code
from services.router.case_choice import EarlierClaim
from workflows.case.commands import ManualReview

YEAR = timedelta(days=365)

REASONED: frozenset[Outcome] = frozenset({"partly_satisfied", "refused", "not_competent"})
"""Outcomes whose answer says why not all was given: only these count against a repeat."""


@dataclass(frozen=True)
class HistoryItem:
    """What the history of a case says: an appeal came, or (with `service` and `outcome`) was answered.

    `recorded_at` is business time.
    """

    case_id: CaseId
    seq: int
    recorded_at: datetime
    service: Code | None = None
    outcome: Outcome | None = None


def reasoned_answers(
    service: Code, history: Iterable[HistoryItem], received_at: datetime
) -> tuple[CaseId, ...]:
    """The case of each answer with reasons to `service` in the year before `received_at`, oldest first.

    An answer that was given again without a new appeal (an objection, a reopening) counts once: the applicant
    had asked once.
    """
    appeals: dict[CaseId, int] = {}
    answered: dict[tuple[CaseId, int], datetime] = {}
    for item in sorted(history, key=lambda item: (item.case_id, item.seq)):
        if item.outcome is None:
            appeals[item.case_id] = item.seq
            continue
        in_year = received_at - YEAR <= item.recorded_at <= received_at
        if in_year and item.service == service and item.outcome in REASONED:
            answered.setdefault((item.case_id, appeals.get(item.case_id, 0)), item.recorded_at)
    oldest_first = sorted(answered, key=lambda asked: (answered[asked], asked))
    return tuple(case_id for case_id, _ in oldest_first)


def repeat_of(
    services: Collection[Code],
    earlier: Sequence[EarlierClaim],
    history: Sequence[HistoryItem],
    received_at: datetime,
    terms: Terms,
) -> ManualReview | None:
    """Why a person reviews an appeal for `services`, received at `received_at`; None when it is no repeat.

    It is a repeat when every service asked for was answered often enough. An appeal that asks for anything
    else as well is new. A service with an open track is no repeat: the appeal joins that case.
    """
    begun = {claim.service for claim in earlier if claim.begun}
    answered: list[CaseId] = []
    for service in services:
        answers = reasoned_answers(service, history, received_at)
        if len(answers) < terms.repeat_answers or service in begun:
            return None
        answered += answers
    if not answered:
        return None
    cases = tuple(dict.fromkeys(answered))
    return ManualReview(kind="repeat_appeal", earlier=cases, legal_basis=terms.repeat_basis)


def not_known_to_be_one_person(of_others: Iterable[EarlierClaim]) -> ManualReview | None:
    """Why a person reviews an appeal whose service is pending under the same FIN, the person unconfirmed.

    `of_others` are those pending claims. It opens a case of its own: who states another's FIN learns nothing
    of what they asked.
    """
    cases = sorted({claim.case_id for claim in of_others})
    return ManualReview(kind="same_person", earlier=tuple(cases)) if cases else None


def of_full_cases(earlier: Iterable[EarlierClaim]) -> ManualReview | None:
    """Why a person reviews an appeal whose service is pending in a case that takes no further one.

    It opens a case of its own; the person sees both, and answers them alike.
    """
    full = sorted({claim.case_id for claim in earlier if claim.pending and claim.full})
    return ManualReview(kind="likely_duplicate", earlier=tuple(full)) if full else None


def likely_duplicate(own: CaseId, by_contact: Iterable[EarlierClaim]) -> ManualReview | None:
    """Why a person reviews an appeal that names no applicant: its service is pending for the same contact.

    `own` is the case that the appeal opens. It is never merged: who shares a telephone is not one person.
    """
    pending = [claim for claim in by_contact if claim.pending and claim.case_id != own]
    ordered = sorted(pending, key=lambda claim: (claim.claimed_at, claim.case_id))
    cases = tuple(dict.fromkeys(claim.case_id for claim in ordered))
    return ManualReview(kind="likely_duplicate", earlier=cases) if cases else None
