"""Whether an applicant could be notified: the messages of `vahid.notice-outcomes.v1`. Nothing personal."""

from typing import Literal

from pydantic import Field

from schemas.case_lifecycle_events import NoticeKind
from schemas.frozen import CaseId, Code, Frozen, Instant

NOTICE_SETTLED = "az.vahid.notice.settled.v1"

NoticeDelivery = Literal["undelivered", "delivered"]


class NoticeOutcome(Frozen):
    """What became of all messages about one event of a case, to whomever and on whichever channel.

    `undelivered`: none went out, and none will; `reason` is that of one of them. `delivered`: one went out
    after all. `event_id` is the id of the case event, `subject` the track, the step or the case that it is
    about. `settled_at` is business time.
    """

    case_id: CaseId
    event_id: str = Field(min_length=1, max_length=100)
    notice: NoticeKind
    subject: str
    delivery: NoticeDelivery
    reason: Code | None = None
    settled_at: Instant
