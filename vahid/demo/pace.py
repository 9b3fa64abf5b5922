"""The business time of a demonstration: when it begins, and how fast its days pass. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from kit.clock import Clock, OffHours, Pace
from vahid.demo.population import DemoAppeal

BAKU = timedelta(hours=4)
"""The time of Baku, east of UTC."""
OPENING = datetime(2021, 8, 23, 9, 0, tzinfo=timezone(BAKU))
"""The Monday on which the first centres opened: the first appeals come then."""
OFF_HOURS = OffHours(opens=timedelta(hours=9), closes=timedelta(hours=18), utc_offset=BAKU, times=20)
"""Little happens when agencies and centres are closed: a night passes like half an hour of the day."""
BUSY, CALM, QUIET = 4_800.0, 24_000.0, 120_000.0
"""An hour of work takes 0.75 real seconds while appeals come, a seventh of a second afterwards, and a
thirtieth when all but a few are answered. If it took less, the machine's own delays would make much late."""
UNTIL_QUIET, UNTIL_LAST, UNTIL_OVER = timedelta(weeks=3), timedelta(weeks=26), timedelta(weeks=52)
"""After the last appeal: until the days are quiet; until agencies get time again for work that a machine
under load delayed; until the clock runs as in the beginning, for people who explore the installation."""
START = timedelta(seconds=20)
"""The clock starts so long (real time) before the opening that all processes are up by then."""


def demonstration_clock(appeals: Sequence[DemoAppeal], started_at: datetime, times: float = 1.0) -> Clock:
    """The clock for `appeals`, in order of arrival; it runs `times` times as fast as usual."""
    last = OPENING + appeals[-1].after
    paces = (
        (last, CALM),
        (last + UNTIL_QUIET, QUIET),
        (last + UNTIL_LAST, CALM),
        (last + UNTIL_OVER, BUSY),
    )
    return Clock(
        epoch=OPENING,
        started_at=started_at + START,
        scale=times * BUSY,
        paces=tuple(Pace(at=at, scale=times * scale) for at, scale in paces),
        off_hours=OFF_HOURS,
    )
