"""The answer as a document: HTML to read anywhere, PDF to print and keep. Pure.

The text is what the catalogue agreed on for the outcome (`catalogue.answers`); the agencies and their
results stand around it. The PDF is tagged for PDF/UA-1 (ISO 14289-1), so that screen readers can read it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

import typst
from jinja2 import Environment, PackageLoader, Template

from catalogue.answers import DocumentWords, answer_text
from catalogue.model import Catalogue
from schemas.appeals import Language
from schemas.case_lifecycle_events import StepAnswer
from services.notifier.notices import AnswerNotice
from services.notifier.wording import agency_title, answer_values, label_of, printable_notes


@dataclass(frozen=True)
class AnswerDocument:
    """A rendered answer: everything is text in one language, and personal.

    `facts` are pairs of heading and value; `steps` rows of agency, result and reason under `columns`.
    """

    language: Language
    title: str
    issuer: str
    facts: tuple[tuple[str, str], ...]
    paragraphs: tuple[str, ...]
    steps_title: str
    columns: tuple[str, str, str]
    steps: tuple[tuple[str, str, str], ...]


def answer_document(
    catalogue: Catalogue, notice: AnswerNotice, language: Language, notes: Mapping[str, str]
) -> AnswerDocument:
    """The document of an answer; `notes` holds the opened note of each step that has one.

    Raises:
        jinja2.UndefinedError: the agreed text uses a field that no answer has.
    """
    words = catalogue.vocabularies.answer_document
    notes = printable_notes(notes)
    values = answer_values(catalogue, notice, language, notes)
    text = answer_text(catalogue.answer_template(notice.service, notice.outcome), language, values)
    facts = (
        ("number", "tracking_number"),
        ("service", "service_title"),
        ("outcome", "outcome"),
        ("lead_agency", "agency_title"),
        ("legal_basis", "legal_basis"),
        ("date", "answered_on"),
    )
    return AnswerDocument(
        language=language,
        title=getattr(words.title, language),
        issuer=getattr(words.issuer, language),
        facts=tuple((_word(words, word, language), values[field]) for word, field in facts if values[field]),
        paragraphs=tuple(part.strip() for part in text.split("\n\n") if part.strip()),
        steps_title=getattr(words.steps, language),
        columns=(
            _word(words, "agency", language),
            _word(words, "result", language),
            _word(words, "reason", language),
        ),
        steps=tuple(_step(catalogue, result, language, notes) for result in notice.results),
    )


def as_html(document: AnswerDocument) -> str:
    """The document as one HTML page that needs nothing from the network."""
    return _page().render(document=document)


def as_pdf(document: AnswerDocument) -> bytes:
    """The document as PDF; the same document gives the same bytes."""
    source = (files("services.notifier") / "answer.typ").read_bytes()
    data = json.dumps(asdict(document), ensure_ascii=False)
    return bytes(
        typst.compile(
            source,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"document": data},
            timestamp=0,
            pdf_standards="ua-1",
        )
    )


def _step(
    catalogue: Catalogue, result: StepAnswer, language: Language, notes: Mapping[str, str]
) -> tuple[str, str, str]:
    reason = (
        label_of(catalogue.vocabularies.reasons, result.reason_code, language) if result.reason_code else ""
    )
    parts = [part for part in (reason, notes.get(result.step, "").strip()) if part]
    return (
        agency_title(catalogue, result.agency_id, language),
        _word(catalogue.vocabularies.answer_document, result.status, language),
        "; ".join(parts),
    )


def _word(words: DocumentWords, word: str, language: Language) -> str:
    return str(getattr(getattr(words, word), language))


@cache
def _fonts() -> typst.Fonts:
    """Only the fonts that come with Typst: the same page on every machine."""
    return typst.Fonts(include_system_fonts=False)


@cache
def _page() -> Template:
    environment = Environment(loader=PackageLoader("services.notifier", "."), autoescape=True)
    return environment.get_template("answer.html.j2")
