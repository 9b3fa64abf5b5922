"""What the router does with each message: decide, then submit a command to the case."""

from collections.abc import Sequence
from typing import Protocol, cast

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.model import Catalogue
from catalogue.routing import AppealFacts, assign_agencies, route
from kit import tracing
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError
from kit.failpoints import hit
from kit.vault import Vault
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from schemas.frozen import Code
from schemas.notice_outcomes import NoticeOutcome
from services.router.case_choice import CaseChoice, Joined, Opened, Triaged
from services.router.commands import (
    add_attachment,
    receive_appeal,
    report_notice,
    report_status,
    sound_appeal,
    sound_outcome,
    sound_status,
    sound_supplement,
)
from services.router.earlier_persons import EarlierPersons
from services.router.free_text import free_text
from services.router.metrics import APPEALS_ROUTED, NOTICE_OUTCOMES_ROUTED, STATUSES_ROUTED
from services.router.origin import Origin
from services.router.routing_decision import RoutingDecision, cases_of, decide
from workflows.case.commands import AnyCommand, Placement

_log = structlog.get_logger()


class Cases(Protocol):
    """How a command reaches a case (see `workflows.client.CaseClient`)."""

    async def submit(self, case_id: str, command: AnyCommand) -> None:
        """Submit `command`; return when it is stored."""


class AppealHandler:
    """Routes an appeal: opens its case, joins a pending one, or sends it to triage. Safe to repeat."""

    def __init__(
        self, database: Database, vault: Vault, catalogue: Catalogue, cases: Cases, clock: Clock
    ) -> None:
        self._database = database
        self._vault = vault
        self._catalogue = catalogue
        self._cases = cases
        self._clock = clock
        self._persons = EarlierPersons(vault, catalogue.routing.checking_channels)
        rules = catalogue.routing.rules
        self._reads_words = any(rule.when.keywords or rule.then == "as_read" for rule in rules)

    async def __call__(self, event: CloudEvent[AppealReceived]) -> None:
        """Handle one message.

        Raises:
            PermanentError: the message is unsound, or its sealed text does not open.
        """
        appeal = sound_appeal(event)
        async with self._database.transaction() as connection:
            decision = await self._decide(connection, appeal)
        hit("router.after_claim")
        trace = tracing.current() or event.traceparent
        case_id, placements = decision.choice.case_id, self._placements(appeal, decision.services)
        by = decision.confirmed_by
        first = receive_appeal(
            appeal, placements, trace, decision.review, routed=decision.routed, confirmed_by=by
        )
        await self._cases.submit(case_id, first)
        for other, services in decision.elsewhere.items():
            placements = self._placements(appeal, services)
            command = receive_appeal(appeal, placements, trace, joined=case_id, confirmed_by=by)
            await self._cases.submit(other, command)
        hit("router.after_signal")
        _record(appeal, decision)

    def _placements(self, appeal: AppealReceived, services: Sequence[Code]) -> tuple[Placement, ...]:
        return tuple(
            Placement(passport=placed.passport, agencies=placed.agencies)
            for placed in assign_agencies(self._catalogue, services, appeal.district)
        )

    async def _decide(self, connection: AsyncConnection, appeal: AppealReceived) -> RoutingDecision:
        text = await free_text(connection, self._vault, appeal) if self._reads_words else None
        routed = route(self._catalogue, AppealFacts.of(appeal, text))
        return await decide(
            connection,
            appeal,
            routed.services,
            self._catalogue.version,
            self._clock.now(),
            self._catalogue.terms,
            self._persons,
            routed,
        )


class AttachmentHandler:
    """Submits a document that was added to an appeal to the appeal's cases. Safe to repeat."""

    def __init__(self, database: Database, cases: Cases) -> None:
        self._database = database
        self._cases = cases

    async def __call__(self, event: CloudEvent[AppealSupplemented]) -> None:
        """Handle one message. Its appeal's message stands before it in the same partition.

        Raises:
            PermanentError: the message is unsound, or its appeal was never routed.
            TransientError: `hand_over_on_its_way`: a case has yet to take over tracks of the appeal.
        """
        added = sound_supplement(event)
        async with self._database.transaction() as connection:
            cases = await cases_of(connection, added.appeal_id)
        if not cases:
            raise PermanentError(
                "appeal_not_routed",
                f"Message {event.id} adds to appeal {added.appeal_id}, which was not routed.",
                remedy="Redrive the message of the appeal, then this one.",
            )
        command = add_attachment(added, tracing.current() or event.traceparent)
        for case_id in cases:
            await self._cases.submit(case_id, command)
        hit("router.after_signal")
        _log.info("attachment.routed", appeal_id=added.appeal_id, attachment_id=added.attachment_id)


class AppealTopicHandler:
    """Handles what intake publishes: appeals, and documents that are added to them."""

    def __init__(self, origin: Origin, appeals: AppealHandler, attachments: AttachmentHandler) -> None:
        self._origin = origin
        self._appeals = appeals
        self._attachments = attachments

    async def __call__(self, event: CloudEvent[AppealReceived | AppealSupplemented]) -> None:
        """Handle one message.

        Raises:
            PermanentError: the message is unsound, does not prove its origin, or its handler refuses it.
        """
        await self._origin.require(event)
        if isinstance(event.data, AppealReceived):
            await self._appeals(cast("CloudEvent[AppealReceived]", event))
        else:
            await self._attachments(cast("CloudEvent[AppealSupplemented]", event))


class StatusHandler:
    """Submits an agency's statuses to their cases."""

    def __init__(self, catalogue: Catalogue, cases: Cases) -> None:
        self._catalogue = catalogue
        self._cases = cases

    async def __call__(self, event: CloudEvent[AssignmentStatus]) -> None:
        """Handle one message.

        Raises:
            PermanentError: the message is unsound, or its agency is not in the catalogue.
        """
        status = sound_status(event, self._catalogue.agencies)
        command = report_status(status, tracing.current() or event.traceparent)
        await self._cases.submit(status.case_id, command)
        hit("router.after_signal")
        STATUSES_ROUTED.labels(agency=status.agency_id).inc()


class NoticeOutcomeHandler:
    """Submits to a case that no message reached its applicant. Safe to repeat."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    async def __call__(self, event: CloudEvent[NoticeOutcome]) -> None:
        """Handle one message.

        Raises:
            PermanentError: the message is unsound.
        """
        outcome = sound_outcome(event)
        command = report_notice(outcome, tracing.current() or event.traceparent)
        await self._cases.submit(outcome.case_id, command)
        hit("router.after_signal")
        NOTICE_OUTCOMES_ROUTED.labels(delivery=outcome.delivery).inc()


def _record(appeal: AppealReceived, decision: RoutingDecision) -> None:
    """Count and log the decision."""
    word = _word(decision.choice) if decision.review is None else "manual_review"
    if not decision.repeated:
        APPEALS_ROUTED.labels(decision=word).inc()
    _log.info(
        "appeal.routed",
        appeal_id=appeal.appeal_id,
        decision=word,
        to_case=decision.choice.case_id,
        services=decision.services,
        manual_review=decision.review and decision.review.kind,
        rule=decision.routed and decision.routed.rule,
        ground=decision.routed and decision.routed.ground,
        suggestions=decision.routed and decision.routed.suggestions,
        repeated=decision.repeated,
    )


def _word(choice: CaseChoice) -> str:
    match choice:
        case Opened():
            return "opened"
        case Joined():
            return "joined"
        case Triaged():
            return "triage"
