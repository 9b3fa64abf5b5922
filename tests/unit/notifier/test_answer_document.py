"""The answer as a document: it has all that the law requires, in either language."""

import re
import zlib
from html import unescape

import pytest

from catalogue.model import Catalogue
from schemas.appeals import Language
from schemas.case_lifecycle_events import StepAnswer
from services.notifier.answer_document import AnswerDocument, answer_document, as_html, as_pdf
from services.notifier.notices import AnswerNotice
from tests.builders import MONDAY
from tests.unit.notifier.builders import answered

RESULTS = (
    StepAnswer(step="t/a", agency_id="mlspp", status="refused", reason_code="not_entitled"),
    StepAnswer(step="t/b", agency_id="moh", status="fulfilled"),
)


def document(catalogue: Catalogue, language: Language = "en", **notes: str) -> AnswerDocument:
    payload = answered(outcome="partly_satisfied", results=RESULTS)
    known = payload.model_dump(exclude={"type", "track"})
    answer = AnswerNotice(tracking_numbers=("VHD-21-0000042-7",), answered_at=MONDAY, **known)
    return answer_document(catalogue, answer, language, {f"t/{step}": note for step, note in notes.items()})


@pytest.mark.parametrize("language", ["az", "en"])
def test_the_page_has_all_that_an_answer_must_have(catalogue: Catalogue, language: Language) -> None:
    page = unescape(as_html(document(catalogue, language, b="Gəlin.")))
    words = catalogue.vocabularies
    for text in (
        getattr(words.answer_document.title, language),
        "VHD-21-0000042-7",
        getattr(words.outcomes["partly_satisfied"], language),
        getattr(words.reasons["not_entitled"], language),
        "Gəlin.",
        "Article 10.1",
        "23.08.2021",
        getattr(catalogue.agencies["mlspp"].title, language),
        getattr(catalogue.agencies["moh"].title, language),
        getattr(words.how_to_object, language),
        f'<html lang="{language}">',
    ):
        assert text in page


def test_what_an_agency_wrote_is_text_and_nothing_else(catalogue: Catalogue) -> None:
    wrote = "<script>alert(1)</script> #panic() $x$ *b* \\ {{ 7 * 7 }}"
    hostile = document(catalogue, b=wrote)
    assert "<script>" not in as_html(hostile) and wrote in unescape(as_html(hostile))
    assert as_pdf(hostile).startswith(b"%PDF-")


def test_the_page_needs_no_network(catalogue: Catalogue) -> None:
    page = as_html(document(catalogue))
    assert "http" not in page and "<script" not in page and "<link" not in page


@pytest.mark.parametrize("language", ["az", "en"])
def test_the_same_document_is_the_same_pdf_and_another_is_another(
    catalogue: Catalogue, language: Language
) -> None:
    first, other = document(catalogue, language), document(catalogue, language, b="Gəlin.")
    assert as_pdf(first) == as_pdf(first)
    assert as_pdf(first) != as_pdf(other)


def test_the_pdf_is_tagged_and_has_all_characters(catalogue: Catalogue) -> None:
    pdf = as_pdf(document(catalogue, "az", b="Əlilliyin ğışöüç dərəcəsi"))
    parts = [pdf, *(_inflated(part) for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S))]
    whole = b"".join(parts)
    assert b"/StructTreeRoot" in whole and b"pdfuaid" in whole  # ISO 14289-1
    unicode_of_glyphs = b"".join(part for part in parts if b"beginbfchar" in part or b"beginbfrange" in part)
    for character in "Əəğış":
        assert f"<{ord(character):04X}>".encode() in unicode_of_glyphs.upper(), character


def _inflated(part: bytes) -> bytes:
    try:
        return zlib.decompress(part)
    except zlib.error:  # not a compressed stream
        return part
