"""An appeal that was on paper before: when it was received, and on which ground that is taken. Pure.

The law's terms run from the receipt (Law on citizens' appeals, Article 10), whichever day it is entered.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from catalogue.calendar import WorkingCalendar
from services.intake.appeals.domain import AppealRefused, Finding, KnownCodes, accept
from services.intake.appeals.submission import Submission

OLDEST_RECEIPT = timedelta(days=365)
"""How long ago, in business time, an appeal may have been received."""
FIELD = "received_at"


def states_receipt(body: Mapping[str, Any]) -> bool:
    """Whether the appeal says when it was received: not every key may say so."""
    return body.get(FIELD) is not None


def entry_of(submission: Submission, entered_by: str, now: datetime) -> dict[str, Any]:
    """Fields of the appeal: when it was received; of an earlier receipt also when it was entered, by whom."""
    if submission.received_at is None:
        return {"received_at": now}
    return {"received_at": submission.received_at, "recorded_at": now, "recorded_by": entered_by}


def acceptable(
    body: Mapping[str, Any], known: KnownCodes, calendar: WorkingCalendar, now: datetime
) -> Submission:
    """The submission in `body` (parsed JSON), by all rules; `now` is business time.

    Raises:
        AppealRefused: with the reasons that were found.
    """
    submission = accept(body, known)
    if findings := tuple(_findings(submission, now, calendar)):
        raise AppealRefused(findings)
    return submission


def _findings(submission: Submission, now: datetime, calendar: WorkingCalendar) -> Iterator[Finding]:
    """Why the receipt that an appeal states cannot be taken."""
    received_at, ground = submission.received_at, submission.receipt_ground
    if received_at is None:
        if ground is not None:
            yield Finding(
                f"/{FIELD}", "received_at.missing", "Say when it was received, or leave out the ground."
            )
        return
    if ground is None:
        yield Finding("/receipt_ground", "received_at.no_ground", "Give the ground for the earlier receipt.")
    if received_at > now:
        yield Finding(f"/{FIELD}", "received_at.in_future", "Give a receipt that is not in the future.")
    elif now - received_at > OLDEST_RECEIPT:
        message = f"Give a receipt of the last {OLDEST_RECEIPT.days} days."
        yield Finding(f"/{FIELD}", "received_at.too_old", message)
    elif not calendar.covers(received_at.astimezone(calendar.zone).date()):
        message = "The calendar of this installation does not know that year: no term can be counted from it."
        yield Finding(f"/{FIELD}", "received_at.no_calendar", message)
