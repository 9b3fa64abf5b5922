"""The report beside its recomputation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from catalogue.loader import PACKAGED
from reporting.day_counter import DayCounter
from reporting.figures import figures
from reporting.recomputation import differences, recompute
from schemas.case_events import RecordedEvent
from tests.hand_overs import as_messages
from tests.packaged import packaged

DAYS = DayCounter.of(PACKAGED / "calendars" / "az.yaml")


def agreed(as_of: datetime, *histories: Sequence[RecordedEvent]) -> dict[str, Any]:
    """The report of these histories, with which the recomputation agrees."""
    found, again = both(as_of, *histories)
    assert differences(found, again) == []
    return found


def both(as_of: datetime, *histories: Sequence[RecordedEvent]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report and its recomputation."""
    found = figures(histories, as_of, packaged().calendar).plain()
    return found, recompute(as_messages(*(tuple(history) for history in histories)), as_of, DAYS)
