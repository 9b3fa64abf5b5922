"""Keeps messages to officials within their hours. An applicant is notified at any hour."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from catalogue.model import Catalogue
from kit.clock import Clock
from services.notifier.officials import next_contact_time
from services.notifier.outcomes import Settlement
from services.notifier.store.due import DueMessage

IN_TIME = timedelta(minutes=5)
"""A message that has been due for longer (real time) is checked again: the hours may have ended."""


class ContactHours:
    """The hours of recipients, by the catalogue and the clock."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock

    def closed_until(self, due: DueMessage) -> datetime | None:
        """The real instant at which the recipient's hours begin, of a message delayed beyond them; else None.

        A message that became due just now is not held: it was due within the hours.
        """
        if datetime.now(UTC) - due.due_since < IN_TIME:
            return None
        now = self._clock.now()
        opens = next_contact_time(self._catalogue, due.notification.recipient, now)
        return self._clock.real(opens) if opens > now else None

    def within_hours(self, due: DueMessage, settlement: Settlement) -> Settlement:
        """The settlement, with its retry moved into the recipient's hours."""
        if settlement.retry_in is None:
            return settlement
        now = datetime.now(UTC)
        again = self._clock.at(now + settlement.retry_in)
        opens = next_contact_time(self._catalogue, due.notification.recipient, again)
        return replace(settlement, retry_in=max(settlement.retry_in, self._clock.real(opens) - now))
