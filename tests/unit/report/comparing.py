"""The report and its recomputation side by side."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from catalogue.loader import PACKAGED
from schemas.case_events import RecordedEvent
from tests.hand_overs import as_messages
from tests.packaged import packaged
from vahid.report.day_counter import DayCounter
from vahid.report.figures import figures
from vahid.report.recomputation import differences, recompute

DAYS = DayCounter.of(PACKAGED / "calendars" / "az.yaml")


def agreed(as_of: datetime, *histories: Sequence[RecordedEvent]) -> dict[str, Any]:
    """The report of these histories, in which the recomputation agrees."""
    found, again = both(as_of, *histories)
    assert differences(found, again) == []
    return found


def both(as_of: datetime, *histories: Sequence[RecordedEvent]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report and its recomputation."""
    found = figures(histories, as_of, packaged().calendar).plain()
    return found, recompute(as_messages(*(tuple(one) for one in histories)), as_of, DAYS)
