"""The answer as a document: HTML to read anywhere, PDF to print and keep. Pure.

The text is what the catalogue agreed on for the outcome (`catalogue.answers`); the agencies and their
results stand around it. The PDF is tagged for PDF/UA-1 (ISO 14289-1), so that screen readers can read it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import typst
from jinja2 import Environment, PackageLoader, Template

from catalogue.answers import DocumentWords, answer_text
from catalogue.model import Catalogue
from schemas.appeals import Language
from schemas.case_lifecycle_events import StepAnswer
from services.notifier.glyphs import only_sure, without_missing
from services.notifier.notices import AnswerNotice
from services.notifier.wording import agency_title, answer_values, label_of, printable_notes

_ANSWER, _TRIAL = "answer.typ", "trial.typ"


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


def as_pdf(document: AnswerDocument) -> bytes | None:
    """The document as PDF; the same document gives the same bytes. None where it cannot be printed.

    A character without a glyph in the fonts is replaced (`services.notifier.glyphs`).
    """
    parts = asdict(document)
    for spell in (_as_it_is, _without_missing, _only_sure):
        try:
            return _printed(_ANSWER, spell(parts))
        except (typst.TypstError, UnicodeError):  # a surrogate, a glyph that no font has, a broken layout
            continue
    return None


def _as_it_is(parts: Any) -> Any:
    return parts


def _without_missing(parts: Any) -> Any:
    known = without_missing(set(_texts(parts)), _can_print)
    return _mapped(parts, known.__getitem__)


def _only_sure(parts: Any) -> Any:
    return _mapped(parts, only_sure)


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    else:
        for each in part.values() if isinstance(part, dict) else part:
            yield from _texts(each)


def _mapped(part: Any, spell: Callable[[str], str]) -> Any:
    if isinstance(part, str):
        return spell(part)
    if isinstance(part, dict):
        return {name: _mapped(each, spell) for name, each in part.items()}
    return [_mapped(each, spell) for each in part]


def _can_print(texts: Sequence[str]) -> bool:
    try:
        _printed(_TRIAL, list(texts))
    except (typst.TypstError, UnicodeError):
        return False
    return True


def _printed(source: str, data: object) -> bytes:
    return bytes(
        typst.compile(
            (files("services.notifier") / source).read_bytes(),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
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
