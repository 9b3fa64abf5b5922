"""Receives the statuses that agencies report: `POST /v1/agencies/{agency_id}/statuses`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import failpoints
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError
from kit.http_headers import WWW_AUTHENTICATE
from kit.http_openapi import describe
from kit.problem import Problem
from services.agency_adapter import metrics
from services.agency_adapter.connectors.connector import (
    Change,
    Connector,
    MalformedChangeError,
    SignatureError,
)
from services.agency_adapter.openapi import PATH, webhook_paths, webhook_schemas
from services.agency_adapter.status_inbox import Arrival, ReusedStatusError, StatusInbox
from services.agency_adapter.store.sent_assignments import SentAssignment

BODY_LIMIT = 256 * 1024
"""Bytes of a webhook's body."""

_STANDARD_WEBHOOKS = "StandardWebhooks"
"""Stands for a scheme of authentication, of which a response with 401 has to name one (RFC 9110, 15.5.2)."""
_CORRECT_THE_CHANGE = "Send the change as agreed."


class WebhookReceiver:
    """Receives one agency's webhooks."""

    def __init__(
        self,
        inbox: StatusInbox,
        connector: Connector,
        database: Database,
        clock: Clock,
        wake_relay: Callable[[], None],
    ) -> None:
        self._inbox = inbox
        self._connector = connector
        self._database = database
        self._clock = clock
        self._wake_relay = wake_relay

    async def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Take in the statuses of a webhook; when this returns they are committed.

        Raises:
            Problem: 401 not signed, 400 not readable, 404 about an assignment that is not known (yet), 409
                another statement under an id that is known: its other changes are taken in.
        """
        now = self._clock.now()
        with structlog.contextvars.bound_contextvars(agency_id=self._inbox.agency_id):
            changes = self._read(headers, body)
            received = await self._receive_all(changes, {}, now)
            if received is None:
                early = {change.reference: await self._early(change) for change in changes}
                received = await self._receive_all(changes, early, now)
            assert received is not None
            failpoints.hit("adapter.inbox.after_commit")
        for change, is_new in zip(changes, received, strict=True):
            if is_new is not None:
                self._inbox.count(change, "webhook", is_new=is_new)
        self._wake_relay()
        if None in received:
            reused = ReusedStatusError()
            raise self._refused(409, reused, reused.remedy)

    async def _receive_all(
        self, changes: Sequence[Change], early: Mapping[str, SentAssignment], now: datetime
    ) -> list[bool | None] | None:
        """Take in each change by itself; None, and nothing taken in, when an assignment is not known.

        Of each whether it is new; None where its id is known with another statement.

        `early` are assignments found otherwise, by reference. After a death in between, the agency sends all
        changes again.
        """
        async with self._database.statement() as connection:
            assignments = [
                early.get(change.reference) or await self._assignment_of(connection, change)
                for change in changes
            ]
            if not all(assignments):
                return None
            arrival = await self._inbox.arrival(connection, "webhook", now)
            failpoints.hit("adapter.inbox.before_commit")
            return [
                await self._take_in(connection, change, assignment, arrival)
                for change, assignment in zip(changes, assignments, strict=True)
                if assignment is not None
            ]

    async def _take_in(
        self, connection: AsyncConnection, change: Change, assignment: SentAssignment, arrival: Arrival
    ) -> bool | None:
        try:
            return await self._inbox.receive(connection, change, assignment, arrival)
        except ReusedStatusError:
            return None

    def _read(self, headers: Mapping[str, str], body: bytes) -> tuple[Change, ...]:
        try:
            return self._connector.parse_webhook(headers, body)
        except SignatureError as error:
            raise self._refused(401, error, "Sign the raw body when you send it.") from None
        except MalformedChangeError as error:
            raise self._refused(400, error, _CORRECT_THE_CHANGE) from None

    async def _assignment_of(self, connection: AsyncConnection, change: Change) -> SentAssignment | None:
        try:
            return await self._inbox.assignment_of(connection, change)
        except MalformedChangeError as error:
            raise self._refused(400, error, _CORRECT_THE_CHANGE) from None

    async def _early(self, change: Change) -> SentAssignment:
        try:
            assignment = await self._inbox.early_assignment_of(change)
        except MalformedChangeError as error:
            raise self._refused(400, error, _CORRECT_THE_CHANGE) from None
        except PermanentError as error:
            raise self._refused(
                502, error, "Check your own system: it was asked for the assignment."
            ) from None
        if assignment is None:
            unknown = PermanentError("unknown_assignment", "no such assignment was sent to this agency.")
            raise self._refused(404, unknown, "Try again later: the assignment may still be on its way.")
        return assignment

    def _refused(self, http_status: int, error: PermanentError, remedy: str) -> Problem:
        metrics.WEBHOOKS_REFUSED.labels(self._inbox.agency_id, error.code).inc()
        structlog.get_logger().warning("webhook.refused", code=error.code, http_status=http_status)
        headers = {WWW_AUTHENTICATE: _STANDARD_WEBHOOKS} if http_status == 401 else {}
        return Problem(http_status, error.code, error.message, remedy=remedy, headers=headers)


def add_webhooks(
    app: FastAPI, receivers: Mapping[str, WebhookReceiver], changes: Mapping[str, Mapping[str, Any]]
) -> FastAPI:
    """`app` with the webhooks of all connected agencies; `changes` has the schema of each one's changes."""

    @app.post(PATH, status_code=204, include_in_schema=False)
    async def report_statuses(agency_id: str, request: Request) -> Response:
        """Report a status of an assignment: one change, signed by Standard Webhooks; 204 once it is safe."""
        receiver = receivers.get(agency_id)
        if receiver is None:
            raise Problem(404, "unknown_agency", "no connected agency has this id.")
        await receiver.receive(request.headers, await request.body())
        return Response(status_code=204)

    return describe(app, webhook_schemas(changes), webhook_paths(changes))
