"""What must hold of the rest of a passport's file: texts can be filled in, codes are known. Pure."""

from collections.abc import Iterator, Set

from jinja2 import TemplateSyntaxError

from catalogue import answers, templates
from catalogue.agreements import GeneralAnswers, PassportFile
from catalogue.model import Vocabularies
from catalogue.sources import Fault, Source
from schemas.passports import Text


def check_general(general: GeneralAnswers, source: Source) -> Iterator[Fault]:
    """Every fault of the general answers."""
    for outcome, text in general.by_outcome.items():
        yield from check_text(text, source.at((outcome,)), answers.FIELDS, outcome)


def check_agreement(file: PassportFile, source: Source, vocabularies: Vocabularies | None) -> Iterator[Fault]:
    """Every fault of what a passport's file holds besides the passport."""
    for outcome, text in file.answers.items():
        yield from check_text(text, source.at(("answers", outcome)), answers.FIELDS, f"answers.{outcome}")
    for document, categories in file.documents_of.items():
        at = source.at(("documents_of", document))
        if document not in file.documents:
            yield at.fault(f"documents_of: the passport needs no {document!r}.", "Add it to documents.")
        for category in sorted(set(categories) - set(file.categories)):
            yield at.fault(
                f"documents_of: {category!r} may not ask for this.", f"Known: {', '.join(file.categories)}."
            )
    for category in file.not_eligible:
        at = source.at(("not_eligible", category))
        if category in file.categories:
            remedy = "Remove it here or from categories."
            yield at.fault(f"not_eligible: {category!r} may ask for this.", remedy)
        elif vocabularies and category not in vocabularies.categories:
            known = ", ".join(vocabularies.categories)
            yield at.fault(f"not_eligible: {category!r} is unknown.", f"Known: {known}.")


def check_text(text: Text, source: Source, fields: Set[str], name: str = "") -> Iterator[Fault]:
    """Every fault of a template with these fields; `source` is its place."""
    for language in ("az", "en"):
        at = source.at((language,))
        prefix = ".".join(part for part in (name, language) if part)
        yield from _template(getattr(text, language), at, fields, prefix)


def _template(text: str, source: Source, fields: Set[str], name: str) -> Iterator[Fault]:
    try:
        unknown = templates.unknown_fields(text, fields)
    except TemplateSyntaxError as error:
        yield source.fault(f"{name}: {error.message}", "Correct the template.")
        return
    for field in unknown:
        yield source.fault(f"{name}: there is no field {field!r}.", f"Known: {', '.join(sorted(fields))}.")
    reason = None if unknown else templates.unusable(text, fields)
    if reason is not None:
        yield source.fault(f"{name}: cannot be filled in: {reason}.", "Correct the template.")
