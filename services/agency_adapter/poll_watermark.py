"""When we last looked for an agency's changes, which tells its delay from ours. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.clock import Clock
from services.agency_adapter.connectors.base import Page
from services.agency_adapter.status_inbox import Receipt


@dataclass(frozen=True)
class PollWatermark:
    """A question for the changes after `cursor`, asked at `asked_at`; `looked_at` is the last look before it.

    Business time.
    """

    cursor: str | None
    polled_at: datetime | None
    asked_at: datetime

    def receipt(self, now: datetime) -> Receipt:
        """The door of an answer that came at `now`. Nothing counts as received before the first look."""
        return Receipt("poll", now, self.polled_at or self.asked_at)

    def has_more(self, page: Page) -> bool:
        """Whether more may wait behind `page`."""
        return bool(page.changes) and page.cursor != self.cursor

    def after(self, page: Page) -> datetime:
        """When we last looked, once `page` was the answer.

        What waits behind it may have been there long before this look; at the end nothing is left of that.
        What comes then came after the question, however long the answer took.
        """
        if self.polled_at is not None and self.has_more(page):
            return self.polled_at
        return self.asked_at

    def after_silence(self, now: datetime, clock: Clock, longest_gap: timedelta) -> datetime:
        """When we last looked, once there was no answer until `now`.

        That delay is the agency's own. But after an absence of ours, more than `longest_gap` (real time)
        since the last look, what waits since then is not to be late by it.
        """
        if self.polled_at is not None and clock.wait(self.polled_at, self.asked_at) > longest_gap:
            return self.polled_at
        return now
