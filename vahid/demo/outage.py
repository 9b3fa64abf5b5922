"""The planned outage of a demonstration: one agency is down for two days; and its effect. Pure."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vahid.demo.population import working_days

LENGTH = timedelta(days=2)
CENTRAL = ("mlspp", "mod", "moh", "samhi", "sicc", "ssmc")


@dataclass(frozen=True)
class Outage:
    """An agency is down from `begins` to `ends` (business time)."""

    agency: str
    begins: datetime
    ends: datetime

    def as_setting(self) -> dict[str, dict[str, str]]:
        """The value of `VAHID_SIMULATOR_OUTAGES` for the simulated agencies."""
        return {self.agency: {"begins": self.begins.isoformat(), "ends": self.ends.isoformat()}}

    def covers(self, instant: datetime) -> bool:
        """Whether the agency is down at `instant`."""
        return self.begins <= instant < self.ends


@dataclass
class OutageFigures:
    """Assignments decided for the agency during its outage, and how many were delivered after it."""

    decided: int = 0
    delivered_later: int = 0


def planned_outage(opening: datetime, count: int, seed: int) -> Outage:
    """For `count` appeals from `opening` on, a Monday: two days from the Tuesday of one of their weeks."""
    chance = random.Random(f"outage/{seed}")
    week = chance.randrange((working_days(count) + 4) // 5)
    begins = opening + timedelta(days=7 * week + 1)
    return Outage(chance.choice(CENTRAL), begins, begins + LENGTH)


def outage_figures(outage: Outage, histories: Iterable[Iterable[Mapping[str, Any]]]) -> OutageFigures:
    """The effect of the outage, from the histories of all cases."""
    found = OutageFigures()
    for history in histories:
        waiting: set[tuple[str, int]] = set()
        for event in history:
            payload, at = event["payload"], datetime.fromisoformat(event["recorded_at"])
            if payload["type"] == "az.vahid.step.dispatched.v1" and payload["agency_id"] == outage.agency:
                waiting |= {(payload["step"], payload["attempt"])} if outage.covers(at) else set()
            elif payload["type"] == "az.vahid.step.delivered.v1" and at >= outage.ends:
                found.delivered_later += (payload["step"], payload["attempt"]) in waiting
        found.decided += len(waiting)
    return found
