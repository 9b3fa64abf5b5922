"""The words by which free text is read: models of free_text.yaml."""

from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.frozen import Code, Frozen

Phrase = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""Words one after another in a clause. A word ends in a mark where it may have endings: `~` those of a noun,
`+` those of a verb that another word asks for, `*` any. A word that begins with `*` may begin in any way."""


class Endings(Frozen):
    """What may follow a stem. A word with the mark `~` has one of `noun`, or none.

    `own` are added to those of a service of which people speak as theirs before they have it ("pensiyam").
    A verb that is asked for has one of `asking` ("verilsin"), and one of `verbal` where another word asks.
    Verbs by which people speak of themselves end in one of `of_self`, of somebody else in one of `of_others`;
    a word that ends in one of `apart` has to do with something else than the service after it.
    """

    noun: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    verbal: tuple[str, ...] = ()
    asking: tuple[str, ...] = ()
    of_self: tuple[str, ...] = ()
    of_others: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()


class Narrowed(Frozen):
    """Phrases that several services share: they mean this one where a phrase of `by` is in the text too."""

    phrases: tuple[Phrase, ...] = Field(min_length=1)
    by: tuple[Phrase, ...] = Field(min_length=1)


class ServiceWords(Frozen):
    """The words of a service.

    `asks` are phrases that name it: with a word of request they ask for it. `verbs` (stems) and `links` may
    stand beside these. `hints` only make it a suggestion. `related` services are suggested after it, where
    there are few. `own`: see `Endings`. With `attributes`, an unknown word just before it may say which kind.
    """

    service: Code
    asks: tuple[Phrase, ...] = ()
    narrowed: tuple[Narrowed, ...] = ()
    verbs: tuple[Phrase, ...] = ()
    links: tuple[Phrase, ...] = ()
    hints: tuple[Phrase, ...] = ()
    related: tuple[Code, ...] = ()
    own: bool = False
    attributes: bool = False


class Veto(Frozen):
    """Phrases with which no text is placed by rule; `code` says why in the decision.

    With `weakens`, a service that is named in the same clause is probably not the one that is asked for.
    """

    code: Code
    reason: str
    phrases: tuple[Phrase, ...] = Field(min_length=1)
    weakens: bool = False


class FreeText(Frozen):
    """How free text is read. Without words of services, all of it goes to triage without a suggestion.

    `requests` are words of asking, `reported` those of somebody else's. `verbs` and `links` may stand beside
    any service; `fillers`, `people` and `joins` (of words, like "and") anywhere. Words of `before` and
    `purposes` ("for") stand only before the service: "oğlum üçün protez" asks for one, "protez üçün" says
    what something else is for.
    """

    endings: Endings = Endings()
    services: tuple[ServiceWords, ...] = ()
    requests: tuple[Phrase, ...] = ()
    reported: tuple[Phrase, ...] = ()
    verbs: tuple[Phrase, ...] = ()
    links: tuple[Phrase, ...] = ()
    before: tuple[Phrase, ...] = ()
    purposes: tuple[Phrase, ...] = ()
    people: tuple[Phrase, ...] = ()
    joins: tuple[Phrase, ...] = ()
    fillers: tuple[Phrase, ...] = ()
    vetoes: tuple[Veto, ...] = ()
