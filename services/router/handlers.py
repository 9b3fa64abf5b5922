"""What the router does with each message: decide, then hand a command to the case."""

from typing import Protocol, cast

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.model import Catalogue
from catalogue.routing import AppealFacts, place, route
from kit import tracing
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError
from kit.failpoints import hit
from kit.vault import Vault
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from services.router.commands import (
    add_attachment,
    receive_appeal,
    report_status,
    sound_appeal,
    sound_status,
    sound_supplement,
)
from services.router.decision import Decision, Joined, Opened, Triaged
from services.router.free_text import free_text
from services.router.metrics import APPEALS_ROUTED, STATUSES_ROUTED
from services.router.store import Routed, cases_of, decide
from workflows.case.commands import AnyCommand, Placement

_log = structlog.get_logger()


class Cases(Protocol):
    """How a command reaches a case (see `workflows.client.CaseClient`)."""

    async def submit(self, case_id: str, command: AnyCommand) -> None:
        """Hand `command` over; return when it is stored."""


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
        self._reads_words = any(rule.when.keywords for rule in catalogue.routing.rules)

    async def __call__(self, event: CloudEvent[AppealReceived]) -> None:
        """Handle one message.

        Raises:
            PermanentError: the message is unsound, or its sealed text does not open.
        """
        appeal = sound_appeal(event)
        async with self._database.transaction() as connection:
            routed = await self._decide(connection, appeal)
        hit("router.after_claim")
        placed = place(self._catalogue, routed.services, appeal.district)
        placements = tuple(Placement(passport=one.passport, agencies=one.agencies) for one in placed)
        trace = tracing.current() or event.traceparent
        command = receive_appeal(appeal, placements, trace, routed.held)
        await self._cases.submit(routed.decision.case_id, command)
        hit("router.after_signal")
        _tell(appeal, routed)

    async def _decide(self, connection: AsyncConnection, appeal: AppealReceived) -> Routed:
        text = await free_text(connection, self._vault, appeal) if self._reads_words else None
        services = route(self._catalogue, AppealFacts.of(appeal, text)).services
        return await decide(
            connection,
            appeal,
            services,
            self._catalogue.version,
            self._clock.now(),
            self._catalogue.terms,
        )


class AttachmentHandler:
    """Tells the cases of a document that was added to one of their appeals. Safe to repeat."""

    def __init__(self, database: Database, cases: Cases) -> None:
        self._database = database
        self._cases = cases

    async def __call__(self, event: CloudEvent[AppealSupplemented]) -> None:
        """Handle one message. It stands behind its appeal's in the same partition.

        Raises:
            PermanentError: the message is unsound, or its appeal was never routed.
            TransientError: `hand_over_on_its_way`: a case is just taking tracks of the appeal over.
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
    """Takes what intake publishes: appeals, and documents that are added to them."""

    def __init__(self, appeals: AppealHandler, attachments: AttachmentHandler) -> None:
        self._appeals = appeals
        self._attachments = attachments

    async def __call__(self, event: CloudEvent[AppealReceived | AppealSupplemented]) -> None:
        """Handle one message.

        Raises:
            PermanentError: the message is unsound, or cannot be handled as it is (see the handlers of each).
        """
        if isinstance(event.data, AppealReceived):
            await self._appeals(cast("CloudEvent[AppealReceived]", event))
        else:
            await self._attachments(cast("CloudEvent[AppealSupplemented]", event))


class StatusHandler:
    """Hands what an agency says to its case."""

    def __init__(self, catalogue: Catalogue, cases: Cases) -> None:
        self._catalogue = catalogue
        self._cases = cases

    async def __call__(self, event: CloudEvent[AssignmentStatus]) -> None:
        """Handle one message.

        Raises:
            PermanentError: the message is unsound, or of an agency that nobody knows.
        """
        status = sound_status(event, self._catalogue.agencies)
        command = report_status(status, tracing.current() or event.traceparent)
        await self._cases.submit(status.case_id, command)
        hit("router.after_signal")
        STATUSES_ROUTED.labels(agency=status.agency_id).inc()


def _tell(appeal: AppealReceived, routed: Routed) -> None:
    word = _word(routed.decision) if routed.held is None else "held"
    if not routed.repeated:
        APPEALS_ROUTED.labels(decision=word).inc()
    _log.info(
        "appeal.routed",
        appeal_id=appeal.appeal_id,
        decision=word,
        to_case=routed.decision.case_id,
        services=routed.services,
        held=routed.held and routed.held.kind,
        repeated=routed.repeated,
    )


def _word(decision: Decision) -> str:
    match decision:
        case Opened():
            return "opened"
        case Joined():
            return "joined"
        case Triaged():
            return "triage"
