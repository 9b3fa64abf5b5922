"""A remark of any characters of Unicode comes out everywhere: within its limits, and without a control."""

import csv
import io
import re
from html import unescape
from html.parser import HTMLParser

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulk.spreadsheet import NeutralWriter
from catalogue.messages import LONGEST_SMS, LONGEST_SUBJECT
from catalogue.model import Catalogue
from kit.printable import printable, printable_line
from schemas.case_lifecycle_events import StepAnswer
from services.notifier.answer_document import AnswerDocument, answer_document, as_html, as_pdf
from services.notifier.notices import OVERALL, AnswerNotice
from services.notifier.wording import render_notice
from tests.builders import MONDAY
from tests.unit.notifier.builders import answered
from tests.unit.notifier.test_limits import encoded, units

STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 but tab and line feed, C1, what reverses the writing (UAX 9), halves of a surrogate pair."""

HARD = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m",  # CSI, OSC, C1
    "\u202egnp.exe\u202c \u2066x\u2069",  # overrides and isolates
    "\ud83d \udc00",  # halves of a pair
    "\uf0b7 bənd \uf0a7",  # bullets of a word processor
    "🙂👨‍👩‍👧‍👦🏳️‍🌈",
    "a" + "\u0301" * 3000,  # a flood of marks
    "\u0712\u072c\u070f \U00012000 \U0001e900",  # Syriac, cuneiform, Adlam
    "x" * 10_000,
    "sətir\n" * 2_000,
    "a\x00b",
    "=cmd|' /C calc'!A0",
)
TEXTS = st.one_of(
    st.text(st.characters(codec=None, categories=("L", "M", "N", "P", "S", "Z", "C")), max_size=300),
    st.lists(st.sampled_from(HARD), min_size=1, max_size=3).map("".join),
    st.tuples(st.characters(categories=("L", "So")), st.text(st.characters(categories=("M", "Cf")))).map(
        "".join
    ),
)


def answer() -> AnswerNotice:
    """An answer with a refused step."""
    steps = (StepAnswer(step="t/a", agency_id="moh", status="refused"),)
    payload = answered(results=steps).model_dump(exclude={"type", "track"})
    return AnswerNotice(tracking_numbers=("VHD-21-0000042-7",), answered_at=MONDAY, **payload)


def document(catalogue: Catalogue, remark: str) -> AnswerDocument:
    return answer_document(catalogue, answer(), "az", {OVERALL: remark, "t/a": remark})


@given(remark=TEXTS)
@example(remark="".join(HARD))
def test_a_page_shows_it_as_text(catalogue: Catalogue, remark: str) -> None:
    page = as_html(document(catalogue, remark))
    page.encode()
    HTMLParser().feed(page)
    assert not STEERS.search(unescape(page))


@given(remark=TEXTS)
@example(remark="".join(HARD))
def test_an_sms_and_a_mail_keep_their_limits(catalogue: Catalogue, remark: str) -> None:
    notes = {OVERALL: remark, "t/a": remark}
    text = render_notice(catalogue, answer(), "sms", "az", notes).body
    assert text and units(text) <= LONGEST_SMS and not STEERS.search(text)
    mail = render_notice(catalogue, answer(), "email", "az", notes)
    assert mail.subject and units(mail.subject) <= LONGEST_SUBJECT
    assert not STEERS.search(mail.subject + mail.body)
    assert max(map(len, encoded(mail).split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1


@given(text=TEXTS)
@example(text="".join(HARD))
def test_a_terminal_and_a_cell_get_no_control(text: str) -> None:
    assert not STEERS.search(printable(text))
    line = printable_line(text)
    assert not STEERS.search(line) and not set("\n\t") & set(line)
    assert len(line) <= len(text)


@given(text=TEXTS, lead=st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "\n", " ="]))
def test_no_cell_is_a_formula(text: str, lead: str) -> None:
    file = io.StringIO(newline="")
    NeutralWriter(file).write([lead + text, text])
    file.getvalue().encode()
    (cells,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    for cell in cells:
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert not STEERS.search(cell)


@settings(max_examples=8)
@given(remark=TEXTS)
@example(remark=HARD[5])
@example(remark="".join(HARD[:5]))
def test_a_pdf_is_made(catalogue: Catalogue, remark: str) -> None:
    printed = as_pdf(document(catalogue, remark))
    assert printed is not None and printed.startswith(b"%PDF-")
