"""When an agency was last polled, which separates its delay from ours. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.clock import Clock
from services.agency_adapter.connectors.connector import ChangePage
from services.agency_adapter.status_inbox import Arrival


@dataclass(frozen=True)
class PollWatermark:
    """A poll for the changes after `cursor`, sent at `asked_at`; `polled_at` is the last poll before it.

    Business time.
    """

    cursor: str | None
    polled_at: datetime | None
    asked_at: datetime

    def arrival(self, now: datetime) -> Arrival:
        """The arrival of a response at `now`. Nothing counts as received before the first poll."""
        return Arrival("poll", now, self.polled_at or self.asked_at)

    def has_more(self, page: ChangePage) -> bool:
        """Whether more changes may wait behind `page`."""
        return bool(page.changes) and page.cursor != self.cursor

    def after(self, page: ChangePage) -> datetime:
        """The time of the last poll, once `page` was the response.

        What waits behind the page may have been there long before this poll; at the end nothing of that is
        left. What comes then came after the request, however long the response took.
        """
        if self.polled_at is not None and self.has_more(page):
            return self.polled_at
        return self.asked_at

    def after_silence(self, now: datetime, clock: Clock, longest_gap: timedelta) -> datetime:
        """The time of the last poll, once there was no response until `now`.

        That delay is the agency's own. But after an absence of ours, more than `longest_gap` (real time)
        since the last poll, what waits since then must not be late because of it.
        """
        if self.polled_at is not None and clock.wait(self.polled_at, self.asked_at) > longest_gap:
            return self.polled_at
        return now
