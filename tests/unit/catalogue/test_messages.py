"""Messages to applicants and officials, in both languages, from templates that are data."""

from collections.abc import Iterable
from typing import get_args

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from catalogue.messages import FIELDS, render
from catalogue.model import MessageTemplate, NoticeEvent
from schemas.appeals import Language, NoticeChannel
from schemas.passports import Text
from tests.packaged import packaged

CATALOGUE = packaged()
EXTENSION_REASONS = ("additional_information", "additional_study", "other")


def longest(texts: Iterable[Text], language: Language) -> str:
    return max((getattr(text, language) for text in texts), key=len)


@pytest.mark.parametrize("event", get_args(NoticeEvent))
@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("language", ["az", "en"])
def test_every_message_can_be_made(event: NoticeEvent, channel: NoticeChannel, language: Language) -> None:
    values = {field: f"<{field}>" for field in FIELDS[event]}
    message = render(CATALOGUE.template(event, channel), language, values)
    long_answer = (event, channel) == (
        "answer",
        "email",
    )  # it holds the answer's whole text and no other field
    assert ("<answer>" if long_answer else "<tracking_number>") in message.body
    assert (message.subject is not None) == (channel == "email")
    assert "{{" not in message.body
    if channel == "email" and not long_answer:
        assert all(value in message.body for value in values.values())


@pytest.mark.parametrize("language", ["az", "en"])
def test_the_message_to_officials_can_be_made(language: Language) -> None:
    values = {field: f"<{field}>" for field in FIELDS["deadline"]}
    message = render(CATALOGUE.template("deadline", "email"), language, values)
    assert message.subject is not None
    assert all(value in f"{message.subject}{message.body}" for value in values.values())


@pytest.mark.parametrize("event", get_args(NoticeEvent))
@pytest.mark.parametrize("language", ["az", "en"])
def test_an_sms_is_short(event: NoticeEvent, language: Language) -> None:
    """At most three segments of 67 characters (UCS-2, as Azerbaijani needs), with the longest title."""
    title = longest((passport.title for passport in CATALOGUE.passports.values()), language)
    outcome = longest(CATALOGUE.vocabularies.outcomes.values(), language)
    agency_title = longest((agency.title for agency in CATALOGUE.agencies.values()), language)
    reasons = CATALOGUE.vocabularies.reasons
    reason = longest((reasons[code] for code in EXTENSION_REASONS), language)
    values = dict.fromkeys(FIELDS[event], "") | {
        "tracking_number": "VAHID-2021-00000000-0",
        "service_title": title,
        "outcome": outcome,
        "due_date": "13.09.2021",
        "agency_title": agency_title,
        "to_title": agency_title,
        "reason": reason,
    }
    body = render(CATALOGUE.template(event, "sms"), language, values).body
    assert len(body) <= 3 * 67, body


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="due_date"):
        render(CATALOGUE.template("receipt", "sms"), "az", {"tracking_number": "x"})


def test_a_subject_is_one_line() -> None:
    values = dict.fromkeys(FIELDS["receipt"], "x\r\nBcc: y@example.org")
    subject = render(CATALOGUE.template("receipt", "email"), "en", values).subject
    assert subject is not None
    assert subject.splitlines() == [subject]


def test_templates_run_in_the_sandbox() -> None:
    text = "{{ tracking_number.__class__.__mro__ }}"
    template = MessageTemplate(event="receipt", channel="sms", body=Text(az=text, en=text))
    with pytest.raises((SecurityError, UndefinedError)):
        render(template, "en", {"tracking_number": "x"})
