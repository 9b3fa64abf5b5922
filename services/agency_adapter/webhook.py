"""The door at which agencies report statuses: `POST /v1/agencies/{agency_id}/statuses`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from fastapi import FastAPI, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import failpoints
from kit.clock import Clock
from kit.database import Database
from kit.errors import PermanentError
from kit.problem import Problem
from services.agency_adapter import metrics
from services.agency_adapter.connectors.base import Change, Connector, MalformedChangeError, SignatureError
from services.agency_adapter.status_inbox import StatusInbox
from services.agency_adapter.store import Sent

BODY_LIMIT = 256 * 1024
"""Bytes of a webhook's body."""


class WebhookReceiver:
    """Takes one agency's webhooks."""

    def __init__(
        self,
        inbox: StatusInbox,
        connector: Connector,
        database: Database,
        clock: Clock,
        published: Callable[[], None],
    ) -> None:
        self._inbox = inbox
        self._connector = connector
        self._database = database
        self._clock = clock
        self._published = published

    async def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Take the statuses in a webhook; when this returns they are committed.

        Raises:
            Problem: 401 not signed, 400 not readable, 404 about an assignment that nobody knows (yet).
        """
        now = self._clock.now()
        with structlog.contextvars.bound_contextvars(agency_id=self._inbox.agency_id):
            changes = self._read(headers, body)
            taken = await self._take(changes, {}, now)
            if taken is None:
                early = {change.reference: await self._early(change) for change in changes}
                taken = await self._take(changes, early, now)
            assert taken is not None
            failpoints.hit("adapter.inbox.after_commit")
        for change, is_new in zip(changes, taken, strict=True):
            self._inbox.count(change, "webhook", taken=is_new)
        self._published()

    async def _take(
        self, changes: Sequence[Change], early: Mapping[str, Sent], now: datetime
    ) -> list[bool] | None:
        """Take the changes, each by itself; None, and nothing taken, when an assignment is not known.

        `early` are those found otherwise, by reference. Who dies in between is sent all of them again.
        """
        async with self._database.statement() as connection:
            known = [
                early.get(one.reference) or await self._assignment_of(connection, one) for one in changes
            ]
            if not all(known):
                return None
            receipt = await self._inbox.receipt(connection, "webhook", now)
            failpoints.hit("adapter.inbox.before_commit")
            return [
                await self._inbox.take(connection, change, sent, receipt)
                for change, sent in zip(changes, known, strict=True)
                if sent is not None
            ]

    def _read(self, headers: Mapping[str, str], body: bytes) -> tuple[Change, ...]:
        try:
            return self._connector.parse_webhook(headers, body)
        except SignatureError as error:
            raise self._refused(401, error, "Sign the raw body when you send it.") from None
        except MalformedChangeError as error:
            raise self._refused(400, error, "Send a change as it was agreed.") from None

    async def _assignment_of(self, connection: AsyncConnection, change: Change) -> Sent | None:
        try:
            return await self._inbox.assignment_of(connection, change)
        except MalformedChangeError as error:
            raise self._refused(400, error, "Send a change as it was agreed.") from None

    async def _early(self, change: Change) -> Sent:
        try:
            sent = await self._inbox.early_assignment_of(change)
        except MalformedChangeError as error:
            raise self._refused(400, error, "Send a change as it was agreed.") from None
        except PermanentError as error:
            raise self._refused(502, error, "Your own system was asked for the assignment.") from None
        if sent is None:
            unknown = PermanentError("unknown_assignment", "no such assignment was sent to this agency.")
            raise self._refused(404, unknown, "Try again later, in case it is just being sent.")
        return sent

    def _refused(self, http_status: int, error: PermanentError, remedy: str) -> Problem:
        metrics.WEBHOOKS_REFUSED.labels(self._inbox.agency_id, error.code).inc()
        structlog.get_logger().warning("webhook.refused", code=error.code, http_status=http_status)
        return Problem(http_status, error.code, error.message, remedy=remedy)


def add_webhooks(app: FastAPI, receivers: Mapping[str, WebhookReceiver]) -> None:
    """Open the doors of all connected agencies on `app`."""

    @app.post("/v1/agencies/{agency_id}/statuses", status_code=204, tags=["agencies"])
    async def report_statuses(agency_id: str, request: Request) -> Response:
        """Report a status of an assignment: one change, signed by Standard Webhooks; 204 once it is safe."""
        receipt = receivers.get(agency_id)
        if receipt is None:
            raise Problem(404, "unknown_agency", "no connected agency has this id.")
        await receipt.receive(request.headers, await request.body())
        return Response(status_code=204)
