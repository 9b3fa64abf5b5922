"""Whatever comes in from outside, a message fits what carries it, and nothing in it is a control."""

import unicodedata
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.messages import LONGEST_SMS, LONGEST_SUBJECT, Message, cut, render
from catalogue.model import Catalogue, MessageTemplate
from kit.clock import Clock
from schemas.appeals import Language, NoticeChannel
from schemas.case_lifecycle_events import StepAnswer
from schemas.passports import Text
from services.notifier.digest import CaseDeadline, render_digest
from services.notifier.gateways.mail import MailGateway
from services.notifier.message_composer import OutgoingMessage
from services.notifier.model import CHANNELS
from services.notifier.notices import (
    OVERALL,
    AnswerNotice,
    ApplicantNotice,
    DeadlineNotice,
    DelayNotice,
    ExtensionNotice,
    ForwardingNotice,
    InformationNotice,
    ReceiptNotice,
    ReviewNotice,
    TermNotice,
)
from services.notifier.officials import OfficialContact
from services.notifier.settings import NotifierSettings
from services.notifier.wording import listed, render_notice
from tests.builders import later
from tests.unit.notifier.builders import DUE, answered

NUMBERS = tuple(f"VHD-21-{number:07}-K" for number in range(90))
BASIS = "Law on citizens' appeals, Article 10.1"
LANGUAGES: tuple[Language, ...] = ("az", "en")
ANYTHING = st.text(st.characters(codec=None, categories=("L", "M", "N", "P", "S", "Z", "C")), max_size=200)


def notices(catalogue: Catalogue, numbers: tuple[str, ...] = NUMBERS) -> tuple[ApplicantNotice, ...]:
    """One of each kind, about as many appeals and services as there can be."""
    services = tuple(catalogue.passports)[:10]
    results = tuple(StepAnswer(step=f"t/{n}", agency_id="moh", status="refused") for n in range(20))
    payload = answered(results=results).model_dump(exclude={"type", "track"})
    return (
        ReceiptNotice(tracking_numbers=numbers, services=services, due_at=DUE),
        AnswerNotice(tracking_numbers=numbers, **payload),
        ExtensionNotice(tracking_numbers=numbers, reason="additional_study", due_at=DUE, legal_basis=BASIS),
        InformationNotice(tracking_numbers=numbers, agency_id="moh", due_at=DUE),
        ForwardingNotice(tracking_numbers=numbers, from_agency="moh", to_agency="nasimi-executive"),
        ReviewNotice(tracking_numbers=numbers, service=services[0], agency_id="mlspp"),
        TermNotice(tracking_numbers=numbers, previous_due_at=later(24), due_at=DUE, legal_basis=BASIS),
        DelayNotice(tracking_numbers=numbers, due_at=DUE),
    )


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def controls(text: str) -> list[str]:
    """What steers a terminal or a reader, beside lines and tabs."""
    return [each for each in text if unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_notice_about_ninety_appeals_fits(
    catalogue: Catalogue, channel: NoticeChannel, language: Language
) -> None:
    more = {"az": "və daha 88", "en": "and 88 more"}[language]
    for notice in notices(catalogue):
        message = render_notice(catalogue, notice, channel, language, {})
        short = message.subject if channel == "email" else message.body
        assert short is not None
        assert f"{NUMBERS[0]}, {NUMBERS[1]} {more}" in short, notice.kind
        assert units(short) <= (LONGEST_SUBJECT if channel == "email" else LONGEST_SMS)
        if channel == "sms":
            assert "…" not in short, notice.kind
        elif notice.kind != "answer":
            assert all(number in message.body for number in NUMBERS)


def test_a_list_is_cut_from_four_on(catalogue: Catalogue) -> None:
    assert listed(catalogue, ("a", "b", "c"), "en") == "a, b, c"
    assert listed(catalogue, ("a", "b", "c", "d"), "en") == "a, b and 2 more"
    assert listed(catalogue, ("a", "b", "c", "d"), "az") == "a, b və daha 2"


@pytest.mark.parametrize("channel", CHANNELS)
def test_whatever_a_template_is_filled_with_the_message_fits(channel: NoticeChannel) -> None:
    text = Text(az="{{ x }}", en="{{ x }}")
    subject = text if channel == "email" else None
    template = MessageTemplate(event="receipt", channel=channel, subject=subject, body=text)
    for long in ("🙂" * 2000, "ə" * 2000, "a\x00\x1b[2J\r\nBcc: x@example.az\u2028\ud800" * 200):
        message = render(template, "az", {"x": long})
        assert not controls(message.body)
        if channel == "sms":
            assert units(message.body) <= LONGEST_SMS and message.body.endswith("…")
        else:
            assert message.subject is not None and units(message.subject) <= LONGEST_SUBJECT
            assert not controls(message.subject) and "\n" not in message.subject


@given(ANYTHING, st.integers(1, 50))
def test_what_is_cut_keeps_within_its_limit(text: str, longest: int) -> None:
    shown = cut(text, longest)
    assert units(shown) <= longest
    assert shown == text or shown.endswith("…")


@given(remark=ANYTHING)
def test_a_mail_of_any_characters_is_a_sound_one(catalogue: Catalogue, remark: str) -> None:
    for notice in notices(catalogue, ("VHD-21-0000042-7",)):
        notes = {OVERALL: remark, "t/0": remark}
        message = render_notice(catalogue, notice, "email", "az", notes)
        assert not controls(message.body) and not controls(message.subject or "")
        mail = encoded(message)
        assert max(map(len, mail.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1
        read = message_from_bytes(mail, policy=policy.default)
        assert read.keys() == ENCODED_HEADERS
        assert read["To"] == "ayan@example.az"


def test_a_mail_about_ninety_appeals_is_a_sound_one(catalogue: Catalogue) -> None:
    for notice in notices(catalogue):
        mail = encoded(render_notice(catalogue, notice, "email", "az", {}))
        assert max(map(len, mail.split(b"\r\n"))) <= 998


def test_a_digest_names_two_of_ninety_appeals(catalogue: Catalogue) -> None:
    title = Text(az="Rəis", en="Head")
    official = OfficialContact(title, "head@example.az", catalogue.calendar)
    notice = DeadlineNotice(
        tracking_numbers=NUMBERS,
        subject="t/a",
        deadline="t/a/service_norm",
        due_at=DUE,
        agencies=("moh",),
        passed=True,
    )
    body = render_digest(catalogue, official, [CaseDeadline("c", notice)], "en").body
    assert f"{NUMBERS[0]}, {NUMBERS[1]} and 88 more" in body


ENCODED_HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]


def encoded(message: Message) -> bytes:
    gateway = MailGateway(NotifierSettings(), Clock())
    outgoing = OutgoingMessage("5a0f", "ayan@example.az", message.subject or "", message.body)
    return gateway._encoded(outgoing, "<5a0f@vahid.example>")
