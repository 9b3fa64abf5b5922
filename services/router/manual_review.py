"""When a person must look at an appeal before any agency does. Pure: facts in, a reason to hold it out.

Law on citizens' appeals, Article 8.1.4: a repeat appeal, answered with reasons three times within a year and
with nothing new, is left unconsidered. What is new in it only a person can see: so a person decides.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalogue.terms import Terms
from schemas.case_lifecycle_events import Outcome
from schemas.frozen import CaseId, Code
from services.router.decision import Matter
from workflows.case.commands import ManualReview

YEAR = timedelta(days=365)

REASONED: frozenset[Outcome] = frozenset({"partly_satisfied", "refused", "not_competent"})
"""Outcomes whose answer says why not all was given: only these speak against asking again."""


@dataclass(frozen=True)
class Entry:
    """What the history of a case says: an appeal came, or (with `service` and `outcome`) was answered.

    `recorded_at` is business time.
    """

    case_id: CaseId
    seq: int
    recorded_at: datetime
    service: Code | None = None
    outcome: Outcome | None = None


def reasoned_answers(service: Code, history: Iterable[Entry], received_at: datetime) -> tuple[CaseId, ...]:
    """The case of each answer with reasons to `service` in the year before `received_at`, the oldest first.

    What was answered again without a new appeal (an objection, a reopening) counts once: the applicant had
    asked once.
    """
    appeals: dict[CaseId, int] = {}
    answered: dict[tuple[CaseId, int], datetime] = {}
    for entry in sorted(history, key=lambda one: (one.case_id, one.seq)):
        if entry.outcome is None:
            appeals[entry.case_id] = entry.seq
            continue
        in_year = received_at - YEAR <= entry.recorded_at <= received_at
        if in_year and entry.service == service and entry.outcome in REASONED:
            answered.setdefault((entry.case_id, appeals.get(entry.case_id, 0)), entry.recorded_at)
    return tuple(case_id for (case_id, _), _ in sorted(answered.items(), key=lambda one: (one[1], one[0])))


def repeat_of(
    services: Collection[Code],
    matters: Sequence[Matter],
    history: Sequence[Entry],
    received_at: datetime,
    terms: Terms,
) -> ManualReview | None:
    """Why an appeal for `services`, received at `received_at`, is held as a repeat; None when it is not.

    It is one when every service asked for was answered often enough. An appeal that asks for anything else as
    well is new; a matter that an agency works on just now is no repeat, but joined.
    """
    worked_on = {matter.service for matter in matters if matter.begun}
    earlier: list[CaseId] = []
    for service in services:
        answers = reasoned_answers(service, history, received_at)
        if len(answers) < terms.repeat_answers or service in worked_on:
            return None
        earlier += answers
    if not earlier:
        return None
    return ManualReview(
        kind="repeat_appeal", earlier=tuple(dict.fromkeys(earlier)), legal_basis=terms.repeat_basis
    )


def likely_duplicate(own: CaseId, by_contact: Iterable[Matter]) -> ManualReview | None:
    """Why an appeal that names no person is held: the same service is pending for somebody of that contact.

    `own` is the case that the appeal opens. It is never merged: who shares a telephone is not one person.
    """
    pending = [one for one in by_contact if one.pending and one.case_id != own]
    ordered = sorted(pending, key=lambda one: (one.claimed_at, one.case_id))
    earlier = tuple(dict.fromkeys(one.case_id for one in ordered))
    return ManualReview(kind="likely_duplicate", earlier=earlier) if earlier else None
