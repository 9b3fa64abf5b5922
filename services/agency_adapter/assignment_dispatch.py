"""The activity that delivers an assignment to its agency: once, however often it runs."""

from dataclasses import replace
from datetime import datetime

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from kit import failpoints, tracing
from kit.database import Database
from kit.errors import PermanentError
from kit.vault import Vault, key_id_of
from ledger.appeal_contents import read_appeals
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealContent, AppealReceived
from services.agency_adapter import metrics
from services.agency_adapter.activity_failures import described, outcome_of
from services.agency_adapter.connectors.connector import (
    AlreadyThere,
    AssignmentContent,
    Connector,
    SubmitOutcome,
)
from services.agency_adapter.connectors.mapping import ConnectorMapping
from services.agency_adapter.disclosure import disclose
from services.agency_adapter.sealed_text import open_text
from services.agency_adapter.store import sent_assignments
from services.agency_adapter.store.sent_assignments import SentAssignment
from workflows.case.contracts import DISPATCH_ACTIVITY, Assignment, Delivery, idempotency_key

_log = structlog.get_logger()

RECALLED = "assignment_recalled"
"""The code of an assignment that is not sent, because it was recalled."""


def delivery_of(mapping: ConnectorMapping, sent: SentAssignment) -> Delivery:
    """The delivery of an accepted assignment, with the acknowledgement that the acceptance may imply. Pure.

    The acknowledgement happened not before `accepted_at`, and was received at `delivered_at`.
    """
    assert sent.reference is not None and sent.accepted_at is not None and sent.delivered_at is not None
    code = mapping.acknowledgement_in(sent.raw_code)
    if code is None:
        return Delivery(reference=sent.reference)
    acknowledgement = AssignmentStatus(
        status_id=f"{sent.reference}/accepted",
        agency_id=sent.agency_id,
        case_id=sent.case_id,
        step=sent.step,
        attempt=sent.attempt,
        reference=sent.reference,
        status="acknowledged",
        raw_code=code,
        occurred_at=sent.accepted_at,
        received_at=sent.delivered_at,
        via="dispatch",
    )
    return Delivery(reference=sent.reference, acknowledgement=acknowledgement)


def new_assignment(assignment: Assignment, data_key_id: str, now: datetime) -> SentAssignment:
    """The row to write before an assignment is sent at business time `now`. Pure.

    `data_key_id` is the key of the case's first appeal.
    """
    return SentAssignment(
        agency_id=assignment.agency_id,
        key=idempotency_key(assignment.case_id, assignment.step, assignment.attempt),
        case_id=assignment.case_id,
        step=assignment.step,
        attempt=assignment.attempt,
        traceparent=assignment.traceparent,
        data_key_id=data_key_id,
        sent_at=now,
    )


class AssignmentDispatcher:
    """Delivers assignments to one agency."""

    def __init__(
        self,
        agency_id: str,
        mapping: ConnectorMapping,
        connector: Connector,
        database: Database,
        vault: Vault,
        callback_url: str,
    ) -> None:
        self._agency_id = agency_id
        self._mapping = mapping
        self._connector = connector
        self._database = database
        self._vault = vault
        self._callback_url = callback_url

    @activity.defn(name=DISPATCH_ACTIVITY)
    async def dispatch_assignment(self, assignment: Assignment) -> Delivery:
        """Deliver an assignment. Where it may have been sent before, look it up first.

        Raises:
            ApplicationError: its type is the error's code; not retryable where another attempt in this group
                cannot help. It holds no personal data.
        """
        ids = {"agency_id": self._agency_id, "case_id": assignment.case_id, "step": assignment.step}
        with structlog.contextvars.bound_contextvars(**ids):
            try:
                with tracing.span("agency.dispatch", assignment.traceparent, **ids):
                    return await self._deliver(assignment)
            except Exception as error:  # noqa: BLE001  translated: Temporal would keep its text
                raise self._failure(error) from None

    async def _deliver(self, assignment: Assignment) -> Delivery:
        if assignment.agency_id != self._agency_id:
            raise PermanentError("wrong_agency", f"the assignment is for {assignment.agency_id}.")
        async with self._database.statement() as connection:
            appeals = assignment.appeals or await read_appeals(
                connection, assignment.case_id, assignment.appeal_ids
            )
            begun = new_assignment(assignment, key_id_of(appeals[0].sealed), assignment.clock.now())
            sent, is_new = await sent_assignments.begin(connection, begun)
        if sent.reference is None and sent.recalled_at is not None:
            raise PermanentError(RECALLED, "the assignment was recalled before it arrived.")
        if sent.reference is None:
            maybe_sent = not is_new or assignment.group > 1 or activity.info().attempt > 1
            whole = assignment.model_copy(update={"appeals": appeals})
            sent = await self._send(whole, sent, maybe_sent=maybe_sent)
        return delivery_of(self._mapping, sent)

    async def _send(
        self, assignment: Assignment, sent: SentAssignment, *, maybe_sent: bool
    ) -> SentAssignment:
        found = await self._connector.look_up(sent.key) if maybe_sent else None
        since, submitted = (sent.sent_at, found) if found else await self._submit(assignment, sent)
        delivered = replace(
            sent,
            reference=submitted.reference,
            raw_code=submitted.raw_code,
            accepted_at=since,
            delivered_at=assignment.clock.now(),
        )
        stored = await self._store(delivered)
        failpoints.hit("adapter.after_store")
        outcome = "already_there" if isinstance(submitted, AlreadyThere) else "accepted"
        metrics.DISPATCHES.labels(self._agency_id, outcome).inc()
        _log.info("assignment.delivered", outcome=outcome, attempt=assignment.attempt, group=assignment.group)
        return stored

    async def _submit(self, assignment: Assignment, sent: SentAssignment) -> tuple[datetime, SubmitOutcome]:
        """Submit it; returns the earliest business time of the agency's acceptance, and the outcome."""
        content = await self._content(assignment)
        failpoints.hit("adapter.before_submit")
        now = assignment.clock.now()
        submitted = await self._connector.submit(content, sent.key)
        failpoints.hit("adapter.after_submit")
        return (sent.sent_at if isinstance(submitted, AlreadyThere) else now), submitted

    async def _store(self, delivered: SentAssignment) -> SentAssignment:
        try:
            async with self._database.statement() as connection:
                return await sent_assignments.record_delivery(connection, delivered)
        except IntegrityError:
            raise PermanentError(
                "reference_taken", "the agency gave a reference that another assignment has."
            ) from None

    async def _content(self, assignment: Assignment) -> AssignmentContent:
        contents = [await self._open(appeal) for appeal in assignment.appeals]
        later_text = assignment.sealed and await open_text(self._database, self._vault, assignment.sealed)
        return AssignmentContent(
            service=assignment.service,
            due_at=datetime.fromisoformat(assignment.due_at),
            callback_url=self._callback_url,
            disclosed=disclose(contents, assignment.passport_step.disclose, later_text),
        )

    async def _open(self, appeal: AppealReceived) -> AppealContent:
        async with self._database.statement() as connection:
            opened = await self._vault.open(connection, appeal.sealed)
        try:
            return AppealContent.model_validate_json(opened)
        except ValidationError:
            raise PermanentError("content_unreadable", f"the content of appeal {appeal.appeal_id}.") from None

    def _failure(self, error: Exception) -> ApplicationError:
        code, sentence = described(error)
        permanent = isinstance(error, PermanentError)
        outcome = "recalled" if code == RECALLED else outcome_of(error)
        metrics.DISPATCHES.labels(self._agency_id, outcome).inc()
        _log.warning("assignment.not_delivered", code=code, retried=not permanent, exc_info=error)
        return ApplicationError(sentence, type=code, non_retryable=permanent)
