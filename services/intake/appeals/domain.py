"""What makes an appeal acceptable: rules over a whole submission. Pure; no refusal repeats a value."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from kit.contacts import contact_by_channel
from kit.problem import MOST_ERRORS
from kit.text_folding import normal_text
from schemas.appeals import NoticeChannel
from services.intake.appeals.districts import district_of
from services.intake.appeals.fields import given
from services.intake.appeals.submission import Notice, Person, Representative, Submission

MOST_MEMBERS = 200
"""Members of any object or list in an appeal."""
ANONYMOUS = "appeal.anonymous"
ANONYMOUS_REASON = (
    "An appeal without the applicant's surname, name and a way to be reached is anonymous, "
    "and anonymous appeals are not considered (Law on citizens' appeals, Articles 6.3 and 6.4)."
)
DAMAGED = ("text.error_value", "text.letters_lost", "text.no_value", "text.number_rounded")
"""Where a program damaged a text, nothing else that is said of the appeal can be relied on: named first."""
CONTENT_LIMIT = 46_000
"""Bytes of content that still fit `schemas.frozen.Sealed` once encrypted and base64-coded."""


@dataclass(frozen=True)
class KnownCodes:
    """The codes of the catalogue that an appeal may name."""

    services: frozenset[str]
    categories: frozenset[str]
    districts: frozenset[str]
    district_names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The code of a district by its folded names (`districts.district_names`)."""


@dataclass(frozen=True)
class Finding:
    """One reason why a submission is refused: where (JSON Pointer), which rule, what to do."""

    pointer: str
    code: str
    message: str


class AppealRefused(Exception):
    """The submission is not acceptable, for the reasons in `findings`; `left_out` counts those cut."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self._codes = {finding.code for finding in findings}
        super().__init__(", ".join(sorted(self._codes)))
        self.findings = findings[:MOST_ERRORS]
        self.left_out = len(findings) - len(self.findings)

    @property
    def code(self) -> str:
        """The rule that was broken; `appeal.invalid` when several were.

        A damaged text comes before all others, then that the appeal is anonymous.
        """
        if damaged := [code for code in DAMAGED if code in self._codes]:
            return damaged[0]
        if ANONYMOUS in self._codes:
            return ANONYMOUS
        return next(iter(self._codes)) if len(self._codes) == 1 else "appeal.invalid"

    @property
    def detail(self) -> str:
        """A sentence for the response."""
        if self.code == ANONYMOUS:
            return ANONYMOUS_REASON
        if len(self.findings) == 1 and not self.left_out:
            return self.findings[0].message
        return "The appeal cannot be accepted as it stands; see errors."


def accept(body: Mapping[str, Any], known: KnownCodes) -> Submission:
    """The submission in `body` (parsed JSON), in normal form.

    Raises:
        AppealRefused: with every reason that was found.
    """
    if (overfull := _overfull(body)) is not None:
        raise AppealRefused((overfull,))
    try:
        submission = Submission.model_validate(dict(body))
    except ValidationError as error:
        raise AppealRefused((*_anonymous_in(body), *findings_of(error))) from None
    district = _district(submission, known)
    findings = (
        *_anonymous(submission),
        *_nothing_asked(submission),
        *_unknown(submission, known),
        *([district] if isinstance(district, Finding) else ()),
    )
    if findings:
        raise AppealRefused(findings)
    return submission.model_copy(update={"district": district})


def _overfull(body: Mapping[str, Any]) -> Finding | None:
    """The first object or list with more members than an appeal can have: nobody looks at each of them."""
    waiting: list[tuple[tuple[int | str, ...], Any]] = [((), body)]
    while waiting:
        place, value = waiting.pop()
        if not isinstance(value, Mapping | list):
            continue
        if len(value) > MOST_MEMBERS:
            message = f"Send at most {MOST_MEMBERS} members here."
            return Finding(_pointer(place), "field.too_many", message)
        members = value.items() if isinstance(value, Mapping) else enumerate(value)
        waiting += (((*place, name), each) for name, each in members)
    return None


def notice_channels(submission: Submission) -> tuple[NoticeChannel, ...]:
    """The channels of notice: with consent, and with a contact of a party that can take such a notice."""
    agreed, contacts = submission.notice, contact_by_channel(_parties(submission))
    sms: tuple[NoticeChannel, ...] = ("sms",) if agreed.sms and "sms" in contacts else ()
    email: tuple[NoticeChannel, ...] = ("email",) if agreed.email and "email" in contacts else ()
    return (*sms, *email)


def _parties(submission: Submission) -> list[Person]:
    return [party for party in (submission.applicant, submission.representative) if party]


def _anonymous(submission: Submission) -> Iterator[Finding]:
    applicant = submission.applicant
    reachable = any(party.phone or party.email or party.address for party in _parties(submission))
    yield from _anonymity(applicant.surname, applicant.name, reachable)


def _anonymous_in(body: Mapping[str, Any]) -> Iterator[Finding]:
    """The same rule where other faults keep the body from being read as a submission."""
    applicant, representative = body.get("applicant"), body.get("representative")
    people = [person for person in (applicant, representative) if isinstance(person, Mapping)]
    named = applicant if isinstance(applicant, Mapping) else {}
    reachable = any(_written(person.get(way)) for person in people for way in ("phone", "email", "address"))
    yield from _anonymity(named.get("surname"), named.get("name"), reachable)


def _written(value: object) -> bool:
    return bool(given(normal_text(value).strip()) if isinstance(value, str) else value)


def _anonymity(surname: object, name: object, reachable: bool) -> Iterator[Finding]:
    for field, value in (("surname", surname), ("name", name)):
        if not any(character.isalpha() for character in str(value or "")):
            yield Finding(f"/applicant/{field}", ANONYMOUS, f"Give the applicant's {field}.")
    if not reachable:
        message = "Give at least one contact: a telephone number, an e-mail address or a postal address."
        yield Finding("/applicant", ANONYMOUS, message)


def _nothing_asked(submission: Submission) -> Iterator[Finding]:
    if not submission.services and not submission.text:
        yield Finding("/services", "appeal.empty", "Name at least one service, or say in text what you ask.")


def _unknown(submission: Submission, known: KnownCodes) -> Iterator[Finding]:
    listed = False
    for place, service in enumerate(submission.services):
        if service not in known.services:
            what = "There is no such service." if listed else _listed("service", known.services)
            yield Finding(f"/services/{place}", "appeal.unknown_service", what)
            listed = True
    if submission.category not in known.categories:
        yield Finding("/category", "appeal.unknown_category", _listed("category", known.categories))


def _district(submission: Submission, known: KnownCodes) -> str | Finding | None:
    """The code of the district, or that there is none of this name: an agency is chosen by it."""
    if not submission.district:
        return None
    found = district_of(submission.district, known.district_names)
    if found is not None:
        return found
    message = f"{_listed('district', known.districts)} Leave it out if the applicant lives in none of them."
    return Finding("/district", "appeal.unknown_district", message)


def _listed(what: str, known: Collection[str]) -> str:
    return f"There is no such {what}. Known: {', '.join(sorted(known))}."


def findings_of(error: ValidationError) -> tuple[Finding, ...]:
    """What pydantic found, without the values, and without names of fields that are not ours."""
    return tuple(
        Finding(_pointer(fault["loc"]), _code(fault["type"]), fault["msg"])
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    )


def _names(*models: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for model in models for name in model.model_fields)


_OUR_NAMES = _names(Submission, Person, Representative, Notice)


def _pointer(location: tuple[int | str, ...]) -> str:
    """RFC 6901; a name that the sender made up stands as `*`: it could be anything, also a person's."""
    return "".join(f"/{part}" if isinstance(part, int) or part in _OUR_NAMES else "/*" for part in location)


def _code(kind: str) -> str:
    return kind if "." in kind else f"field.{kind}"
