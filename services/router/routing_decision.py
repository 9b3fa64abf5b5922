"""Decides, in one transaction, which case an appeal goes to, and keeps the decision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.routing import RoutingResult
from catalogue.terms import Terms
from schemas.appeals import AppealReceived
from schemas.case_lifecycle_events import Confirmation
from schemas.frozen import CaseId, Code
from services.router.answer_history import history_of
from services.router.applicant_claims import claim_for_applicant, claims_by_applicant, lock_applicant
from services.router.case_choice import (
    CaseChoice,
    Joined,
    Opened,
    Triaged,
    choose_case,
    claims_after,
    services_elsewhere,
    services_given,
)
from services.router.confirmation import Identity
from services.router.contact_claims import asked_for, claim_for_contacts, claims_by_contact, lock_contacts
from services.router.earlier_persons import EarlierPersons
from services.router.hand_over_lookup import cases_since
from services.router.manual_review import (
    likely_duplicate,
    not_known_to_be_one_person,
    of_full_cases,
    repeat_of,
)
from services.router.tables import routing_decisions
from workflows.case.commands import ManualReview


@dataclass(frozen=True)
class RoutingDecision:
    """The case for an appeal, and the `services` that it gives for this appeal.

    `elsewhere` are the services asked for that are pending in other cases, by case. `repeated` when it was
    made before, for the same appeal; `review` when a person reviews the appeal first. `routed` says which
    rule decided, and what is suggested; None for a decision of before it was kept. `confirmed_by`: what
    confirms that the appeal comes from the person of the cases that it joins.
    """

    choice: CaseChoice
    services: tuple[Code, ...]
    repeated: bool
    review: ManualReview | None = None
    elsewhere: Mapping[CaseId, tuple[Code, ...]] = field(default_factory=dict)
    routed: RoutingResult | None = None
    confirmed_by: Confirmation | None = None


async def decide(
    connection: AsyncConnection,
    appeal: AppealReceived,
    services: Sequence[Code],
    catalogue_version: str,
    now: datetime,
    terms: Terms,
    persons: EarlierPersons,
    routed: RoutingResult | None = None,
) -> RoutingDecision:
    """Make the decision about `appeal`, or return the one made before.

    Two tries with the same appeal wait for each other on its row in `routing_decisions`, two appeals of one
    contact on their rows in `contact_claims`, two of one applicant on those in `applicant_claims`. Rows are
    locked in this order and sorted, so nobody waits in a circle. Only a locked row is asked whether its claim
    is pending.
    """
    services = tuple(dict.fromkeys(services))
    if not await _enter(connection, appeal, services, catalogue_version, now, routed):
        return await _recorded(connection, appeal)
    asked = asked_for(appeal, services)
    await lock_contacts(connection, appeal, asked, now)
    if appeal.applicant_index is None:
        choice = choose_case(appeal, services, ())
        review = likely_duplicate(appeal.case_id, await claims_by_contact(connection, appeal, asked))
        decision = RoutingDecision(choice, services, repeated=False, review=review)
    else:
        decision = await _decide_for_applicant(connection, appeal, services, now, terms, persons)
    await claim_for_contacts(connection, appeal, decision.choice.case_id, asked, now)
    await _keep(connection, appeal, services, decision)
    return replace(decision, routed=routed)


async def cases_of(connection: AsyncConnection, appeal_id: CaseId) -> tuple[CaseId, ...]:
    """The cases to which an appeal was routed, and those that took tracks of it over; none if not routed.

    Raises:
        TransientError: `hand_over_on_its_way`: one of them has not taken them yet.
    """
    table = routing_decisions.c
    query = select(table.case_id, table.elsewhere).where(table.appeal_id == appeal_id)
    found = (await connection.execute(query)).first()
    if found is None:
        return ()
    routed = (found.case_id, *(found.elsewhere or {}))
    since = [await cases_since(connection, case_id, appeal_id) for case_id in routed]
    return tuple(dict.fromkeys((*routed, *(case_id for cases in since for case_id in cases))))


async def _decide_for_applicant(
    connection: AsyncConnection,
    appeal: AppealReceived,
    services: tuple[Code, ...],
    now: datetime,
    terms: Terms,
    persons: EarlierPersons,
) -> RoutingDecision:
    await lock_applicant(connection, appeal, services, now)
    earlier = await claims_by_applicant(connection, appeal, services)
    confirmed = await persons.confirm(connection, appeal, earlier)
    own = [claim for claim in earlier if not claim.pending or claim in confirmed]
    others = [claim for claim in earlier if claim not in own]
    of_others = {claim.service for claim in others}
    open_ = [claim for claim in own if not claim.full]
    choice = choose_case(appeal, services, open_)
    asked = [service for service in services if service not in of_others]
    claims = claims_after(choice, asked, open_, now, Identity.of(appeal))
    await claim_for_applicant(connection, appeal, choice.case_id, claims)
    given = services_given(choice, services, claims, of_others)
    history = await history_of(connection, appeal, given)
    review = (
        not_known_to_be_one_person(others)
        or repeat_of(given, own, history, appeal.received_at, terms)
        or of_full_cases(own)
    )
    elsewhere = services_elsewhere(choice, services, claims)
    joined = {choice.case_id, *elsewhere} - {appeal.case_id}
    return RoutingDecision(
        choice,
        given,
        repeated=False,
        review=review,
        elsewhere=elsewhere,
        confirmed_by=_weakest(by for claim, by in confirmed.items() if claim.case_id in joined),
    )


def _weakest(confirmations: Iterable[Confirmation]) -> Confirmation | None:
    found = set(confirmations)
    if not found:
        return None
    return "contact" if "contact" in found else "channel"


async def _enter(
    connection: AsyncConnection,
    appeal: AppealReceived,
    services: Sequence[Code],
    catalogue_version: str,
    now: datetime,
    routed: RoutingResult | None,
) -> bool:
    """Enter a row that opens the appeal's own case; False when the appeal has one."""
    row = {
        "appeal_id": appeal.appeal_id,
        "case_id": appeal.case_id,
        "services": list(services),
        "decided_at": now,
        "catalogue_version": catalogue_version,
        "applicant_index": appeal.applicant_index,
        "rule": routed and routed.rule,
        "ground": routed and routed.ground,
        "suggestions": routed and (list(routed.suggestions) or None),
    }
    return (await connection.execute(_ENTER, row)).first() is not None


async def _keep(
    connection: AsyncConnection, appeal: AppealReceived, services: tuple[Code, ...], decision: RoutingDecision
) -> None:
    """Update the row where the decision differs from what was entered."""
    entered: tuple[object, ...] = (appeal.case_id, services, None, {})
    decided = (decision.choice.case_id, decision.services, decision.review, decision.elsewhere)
    if decided == entered:
        return
    review = decision.review and decision.review.model_dump(mode="json", exclude_none=True)
    await connection.execute(
        update(routing_decisions)
        .where(routing_decisions.c.appeal_id == appeal.appeal_id)
        .values(
            case_id=decision.choice.case_id,
            services=list(decision.services),
            manual_review=review,
            elsewhere={case_id: list(asked) for case_id, asked in decision.elsewhere.items()} or None,
            confirmed_by=decision.confirmed_by,
        )
    )


async def _recorded(connection: AsyncConnection, appeal: AppealReceived) -> RoutingDecision:
    table = routing_decisions.c
    query = select(routing_decisions).where(table.appeal_id == appeal.appeal_id)
    row = (await connection.execute(query)).one()
    return RoutingDecision(
        _choice(appeal, row.case_id, row.services),
        tuple(row.services),
        repeated=True,
        review=None if row.manual_review is None else ManualReview.model_validate(row.manual_review),
        elsewhere={case_id: tuple(asked) for case_id, asked in (row.elsewhere or {}).items()},
        routed=_routed(row),
        confirmed_by=row.confirmed_by,
    )


def _routed(row: Row[Any]) -> RoutingResult | None:
    if row.rule is None:
        return None
    return RoutingResult(row.rule, tuple(row.services), row.ground, tuple(row.suggestions or ()))


def _choice(appeal: AppealReceived, case_id: CaseId, services: Sequence[Code]) -> CaseChoice:
    if not services:
        return Triaged(case_id)
    return Opened(case_id) if case_id == appeal.case_id else Joined(case_id)


_ENTER = insert(routing_decisions).on_conflict_do_nothing().returning(routing_decisions.c.appeal_id)
"""Built once: each appeal runs it."""
