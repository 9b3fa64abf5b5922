"""The answer as a document: it has all that the law requires, in either language."""

import re
import zlib
from collections.abc import Sequence
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.model import Catalogue
from schemas.appeals import Language
from schemas.case_lifecycle_events import StepAnswer
from services.notifier import answer_document as answer_document_module
from services.notifier.answer_document import AnswerDocument, answer_document, as_html, as_pdf
from services.notifier.glyphs import MOST_TRIALS, only_sure, without_missing
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
    assert (as_pdf(hostile) or b"").startswith(b"%PDF-")


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
    pdf = as_pdf(document(catalogue, "az", b="Əlilliyin ğışöüç dərəcəsi")) or b""
    parts = [pdf, *(_inflated(part) for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S))]
    whole = b"".join(parts)
    assert b"/StructTreeRoot" in whole and b"pdfuaid" in whole  # ISO 14289-1
    unicode_of_glyphs = b"".join(part for part in parts if b"beginbfchar" in part or b"beginbfrange" in part)
    for character in "Əəğış":
        assert f"<{ord(character):04X}>".encode() in unicode_of_glyphs.upper(), character


@pytest.mark.parametrize(
    "remark",
    [
        "Gəlin 🙂",
        "\uf0b7 first point",
        "a\x00b",
        "\u0710\u0712",
        "漢字",
        "👨\u200d👩\u200d👧 \U0001f1e6\U0001f1ff 1\ufe0f\u20e3",
        "a\u0301\u0323\u20e3\u0489" * 50,
        "\ud800\udfff",
        "\U000e0041\U0010ffff\ufdd0",
        "".join(map(chr, range(0x4E00, 0x5600))),
    ],
    ids=["emoji", "bullet", "nul", "syriac", "han", "joined", "marks", "surrogates", "unassigned", "many"],
)
def test_no_character_of_a_remark_costs_the_document(catalogue: Catalogue, remark: str) -> None:
    written = document(catalogue, "az", b=remark)
    pdf = as_pdf(written)
    assert pdf is not None and pdf.startswith(b"%PDF-") and b"%%EOF" in pdf
    assert as_html(written)


@settings(max_examples=15)
@given(st.text(st.characters(codec=None, categories=("L", "M", "N", "P", "S", "Z", "C")), max_size=60))
def test_a_remark_of_any_characters_is_printed(catalogue: Catalogue, remark: str) -> None:
    assert as_pdf(document(catalogue, "en", b=remark)) is not None


def test_what_has_a_glyph_stays_beside_what_has_none() -> None:
    def prints(texts: Sequence[str]) -> bool:
        return not any("🙂" in text or "\u0489" in text for text in texts)

    texts = {"Gəlin 🙂 Ω", "a\u0489b", "Ω\u0489", "漢"}
    assert without_missing(texts, prints) == {
        "Gəlin 🙂 Ω": "Gəlin \ufffd Ω",
        "a\u0489b": "ab",
        "Ω\u0489": "\ufffd",
        "漢": "漢",
    }


def test_trials_are_bounded() -> None:
    asked = 0

    def prints(_texts: Sequence[str]) -> bool:
        nonlocal asked
        asked += 1
        return False

    text = "".join(map(chr, range(0x4E00, 0x9000)))
    assert without_missing({text}, prints) == {text: "\ufffd" * len(text)}
    assert asked <= MOST_TRIALS


def test_what_is_sure_has_a_glyph(catalogue: Catalogue) -> None:
    sure = "".join(each for each in map(chr, range(0x3000)) if only_sure(each) == each)
    assert set("aZəƏğşİıЖ№₼“—") <= set(sure)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answer_document_module, "without_missing", pytest.fail)
        patch.setattr(answer_document_module, "only_sure", pytest.fail)
        assert as_pdf(document(catalogue, "az", b=sure)) is not None


def _inflated(part: bytes) -> bytes:
    try:
        return zlib.decompress(part)
    except zlib.error:  # not a compressed stream
        return part
