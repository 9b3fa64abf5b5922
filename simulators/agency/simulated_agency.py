"""One simulated agency: its parts, put together to run beside other agencies in one process."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from pydantic import AnyHttpUrl, BaseModel, Field, field_validator

from simulators.agency.app import create_app
from simulators.agency.assignments import AssignmentBook
from simulators.agency.outage import PlannedOutage
from simulators.agency.registry import DIALECTS
from simulators.agency.scheduler import Scheduler
from simulators.agency.store.store import Store
from simulators.agency.webhooks import WebhookSender, signed
from simulators.clock import BusinessClock
from simulators.faults import Faults
from simulators.journal import Journal
from simulators.serving import log_event, serve


class AgencySetting(BaseModel):
    """An agency's entry in the file of `VAHID_AGENCIES`: its address, and the secrets it shares with us."""

    base_url: AnyHttpUrl
    token: str = Field(min_length=1)
    webhook_secret: str = Field(min_length=1)

    @field_validator("webhook_secret")
    @classmethod
    def _usable(cls, secret: str) -> str:
        signed(secret, "msg_check", "", BusinessClock().now())
        return secret

    @property
    def port(self) -> int:
        """The port to listen on: that of its address."""
        assert self.base_url.port is not None, "an address of HTTP has a port"
        return self.base_url.port


class SimulatedAgency:
    """The agency `agency`, with its state and its log in `folder`.

    Raises:
        ForeignStateError: the folder belongs to another agency.
    """

    def __init__(
        self,
        agency: str,
        entry: AgencySetting,
        folder: Path,
        faults: Faults,
        clock: BusinessClock,
        outage: PlannedOutage | None = None,
    ) -> None:
        self.agency = agency
        self._entry = entry
        self._outage = outage
        self._store = Store(folder / "state.sqlite", agency)
        journal = Journal(folder / "received.jsonl", durable=False)
        self._dialect = DIALECTS[agency]
        self._book = AssignmentBook(self._dialect, self._store, journal, faults, clock)
        self._sender = WebhookSender(self._dialect.change_item, self._book, self._store, entry.webhook_secret)
        self._scheduler = Scheduler(self._book, self._store, self._sender)

    async def load(self) -> None:
        """Read what was under way when the process last ended; call it before anything new comes in."""
        await self._book.call(self._book.export_log)
        await self._sender.load()
        await self._scheduler.load()

    def parts(self, host: str, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        """Everything it does until `stop` is set, as coroutines to run together."""
        log_event("listening", agency=self.agency, address=f"http://{host}:{self._entry.port}")
        parts = [
            serve(create_app(self._dialect, self._book, self._entry.token), host, self._entry.port, stop),
            self._scheduler.run(stop),
            self._sender.run(stop),
            self._book.faults.stop_with(stop),
        ]
        if self._outage is not None:
            parts.append(self._outage.play(self._book.faults, self._book.clock, stop))
        return parts

    def close(self) -> None:
        """Close its files."""
        self._book.close()
