"""Whether a person may ask for a service, and which documents are missing, by its passport. Pure."""

from collections.abc import Iterable

from catalogue import templates
from catalogue.model import Catalogue
from schemas.appeals import Language
from schemas.frozen import Code, Frozen
from schemas.passports import Passport, Text


class NeededDocument(Frozen):
    """A document that a service needs of a person."""

    code: Code
    title: Text


class Assessment(Frozen):
    """Whether a person may ask for one service, and what is missing.

    `not_eligible` says why the person may not ask; None where the person may. `needed` are the documents that
    the passport asks of a person of that category, in its order; `missing` are those that were not given.
    """

    service: Code
    not_eligible: Text | None = None
    needed: tuple[NeededDocument, ...] = ()
    missing: tuple[NeededDocument, ...] = ()

    @property
    def eligible(self) -> bool:
        """Whether the person may ask for the service."""
        return self.not_eligible is None

    @property
    def complete(self) -> bool:
        """Whether the person may ask, and no document is missing."""
        return self.eligible and not self.missing


def assess(catalogue: Catalogue, service: Code, category: str, documents: Iterable[str] = ()) -> Assessment:
    """Assess what a person of `category` with these `documents` lacks for a service.

    A person who may not ask for it needs no documents.

    Raises:
        PermanentError: `unknown_service`.
    """
    passport = catalogue.passport(service)
    if category not in passport.categories:
        return Assessment(service=service, not_eligible=_why_not(catalogue, passport, category))
    held = frozenset(documents)
    needed = tuple(
        NeededDocument(code=code, title=catalogue.vocabularies.documents[code])
        for code in documents_needed(catalogue, service, category)
    )
    missing = tuple(document for document in needed if document.code not in held)
    return Assessment(service=service, needed=needed, missing=missing)


def documents_needed(catalogue: Catalogue, service: Code, category: str) -> tuple[Code, ...]:
    """The documents that a service needs of a person of `category`, in the order of its passport.

    Raises:
        PermanentError: `unknown_service`.
    """
    of_some = catalogue.agreement(service).documents_of
    return tuple(
        code
        for code in catalogue.passport(service).documents
        if code not in of_some or category in of_some[code]
    )


def _why_not(catalogue: Catalogue, passport: Passport, category: str) -> Text:
    own = catalogue.agreement(passport.code).not_eligible.get(category)
    if own is not None:
        return own
    return Text(
        az=_sentence(catalogue, passport, category, "az"), en=_sentence(catalogue, passport, category, "en")
    )


def _sentence(catalogue: Catalogue, passport: Passport, category: str, language: Language) -> str:
    words = catalogue.vocabularies.categories
    given = words.get(category)
    return templates.fill(
        getattr(catalogue.vocabularies.not_eligible, language),
        {
            "service_title": getattr(passport.title, language),
            "category": getattr(given, language) if given else category,
            "categories": ", ".join(getattr(words[code], language) for code in passport.categories),
        },
    )
