import json
from datetime import UTC, datetime, timedelta

from simulators.clock import BusinessClock


def test_business_time_runs_by_its_scale() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    clock = BusinessClock.parse(
        json.dumps({"epoch": "2021-08-23T09:00:00+04:00", "started_at": start.isoformat(), "scale": 43200})
    )
    assert clock.at(start + timedelta(seconds=2)) == datetime(2021, 8, 24, 5, tzinfo=UTC)
    assert BusinessClock.parse("").at(start) == start
