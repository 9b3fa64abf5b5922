"""When a demonstration plays, and how fast its days pass. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from kit.clock import Clock, Hastening, OffHours
from vahid.demo.population import DemoAppeal

BAKU = timedelta(hours=4)
"""The time of Baku, east of UTC."""
OPENING = datetime(2021, 8, 23, 9, 0, tzinfo=timezone(BAKU))
"""The Monday on which the first centres opened: when the first appeals come."""
OFF_HOURS = OffHours(opens=timedelta(hours=9), closes=timedelta(hours=18), utc_offset=BAKU, times=20)
"""When bodies and centres are closed little happens: an evening passes like half an hour of the day."""
BUSY, CALM = 4_500.0, 21_600.0
"""An hour of work is eight tenths of a real second while appeals come, and a sixth afterwards: were the
first shorter, the machine's own delays would make much late."""
START = timedelta(seconds=20)
"""For so long (real time) before the opening the clock runs, so that all is started by then."""


def demonstration_clock(appeals: Sequence[DemoAppeal], started_at: datetime) -> Clock:
    """The clock on which `appeals`, in order of arrival, come; it hastens when the last one has come."""
    return Clock(
        epoch=OPENING,
        started_at=started_at + START,
        scale=BUSY,
        hastens=Hastening(at=OPENING + appeals[-1].after, scale=CALM),
        off_hours=OFF_HOURS,
    )
