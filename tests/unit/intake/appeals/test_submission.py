"""Every field of a submission goes somewhere."""

from schemas.appeals import AppealContent, AppealReceived
from services.intake.appeals.submission import OPEN_FIELDS, SEALED_FIELDS, Submission
from services.intake.tables import appeals

COMPUTED = {"notice", "received_at"}
"""Published in another form: `notice_channels`, and `received_at` of every appeal."""


def test_every_field_is_sealed_or_published() -> None:
    assert set(Submission.model_fields) == SEALED_FIELDS | set(OPEN_FIELDS) | COMPUTED
    assert set(AppealContent.model_fields) == SEALED_FIELDS


def test_every_column_of_an_appeal_is_a_field_of_what_is_published() -> None:
    of_the_row = {"actor_id", "traceparent", "created_at", "record_digest"}
    assert {column.name for column in appeals.c} - of_the_row <= set(AppealReceived.model_fields)
