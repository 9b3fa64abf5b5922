"""When a demonstration plays, and how fast its days pass. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from kit.clock import Clock, Hastening
from vahid.demo.population import DemoAppeal

OPENING = datetime(2021, 8, 23, 9, 0, tzinfo=timezone(timedelta(hours=4)))
"""The Monday on which the first centres opened: when the first appeals come."""
QUICK, CALM = 43_200.0, 10_800.0
"""One day, of 24 hours, is two real seconds, or eight."""
MANY = 300
"""With more appeals days are calm while they come: the machine's own delays would make everything late."""
START_SECONDS = 20.0
"""For so long (real time) before the opening the clock begins to run, so that all is started by then."""


def demonstration_clock(appeals: Sequence[DemoAppeal], started_at: datetime) -> Clock:
    """The clock on which `appeals`, in order of arrival, come; it hastens when the last one has come."""
    scale = CALM if len(appeals) > MANY else QUICK
    return Clock(
        epoch=OPENING - timedelta(seconds=START_SECONDS * scale),
        started_at=started_at,
        scale=scale,
        hastens=Hastening(at=OPENING + appeals[-1].after, scale=QUICK),
    )
