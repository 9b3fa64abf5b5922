"""What the case is told of the messages about one event."""

import pytest

from services.notifier.delivery import MessageState, Report, report_of

SENT, PLANNED, SENDING = MessageState("sent"), MessageState("planned"), MessageState("sending")
FAILED, PARKED = MessageState("failed", "smtp_550"), MessageState("parked", "sender_died")
NO_CONTACT, UNCONFIRMED = (
    MessageState("skipped", "no_contact"),
    MessageState("skipped", "contact_unconfirmed"),
)
NO_CONSENT, FORGOTTEN = MessageState("skipped", "no_consent"), MessageState("skipped", "forgotten")
TOLD_BEFORE = MessageState("failed", "smtp_550", "undelivered")


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([FAILED], "smtp_550"),
        ([PARKED], "sender_died"),
        ([NO_CONTACT], "no_contact"),
        ([UNCONFIRMED, UNCONFIRMED], "contact_unconfirmed"),
        ([NO_CONSENT, FAILED], "smtp_550"),
        ([NO_CONTACT, PARKED], "sender_died"),
        ([NO_CONSENT, NO_CONTACT], "no_contact"),
        ([MessageState("failed")], "unknown"),
    ],
)
def test_where_no_message_went_out_the_case_is_told(messages, reason):
    assert report_of(messages) == Report("undelivered", reason)


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [SENT],
        [FAILED, SENT],
        [FAILED, PLANNED],
        [PARKED, SENDING],
        [NO_CONSENT, NO_CONSENT],
        [FORGOTTEN, NO_CONSENT],
        [TOLD_BEFORE, PARKED],
    ],
)
def test_where_one_went_out_or_may_still_or_the_case_knows_it_is_not(messages):
    assert report_of(messages) is None


def test_a_message_that_goes_out_after_the_report_is_reported_once():
    late = MessageState("sent", None, "undelivered")
    assert report_of([TOLD_BEFORE, late]) == Report("delivered")
    known = [MessageState("failed", "smtp_550", "delivered"), MessageState("sent", None, "delivered")]
    assert report_of(known) is None
