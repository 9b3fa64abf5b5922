"""How a page is made: its template, in the reader's language, with what every page shows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from catalogue.model import Catalogue
from kit.clock import Clock
from kit.printable import printable
from services.console.people import NAMES, Person
from services.console.sessions import Session
from services.console.texts import LANGUAGES, Language, Words, read_texts
from services.console.working_days import distance

LANGUAGE_COOKIE = "vahid_language"


class Pages:
    """Makes pages. Every text in them is escaped; foreign text comes without controls."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._words = {language: Words(read_texts(), language) for language in LANGUAGES}
        self._environment = Environment(
            loader=PackageLoader("services.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_finalize,
        )

    def show(
        self,
        request: Request,
        template: str,
        session: Session | None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """The page that `template` makes of `values`, for the person of the session."""
        language = language_of(request)
        now = self._clock.now()
        context = {
            "t": self._words[language],
            "show": Shown(self._catalogue, self._words[language], now),
            "person": session.person if session else None,
            "form_token": session.form_token if session else "",
            "address": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "now": now,
            "zone": self._catalogue.calendar.timezone,
        }
        text = self._environment.get_template(template).render(context | values)
        return HTMLResponse(text, status, dict(headers or {}))


class Shown:
    """How values of the catalogue and instants are shown to a reader."""

    def __init__(self, catalogue: Catalogue, words: Words, now: datetime) -> None:
        self._catalogue = catalogue
        self._words = words
        self._now = now

    def service(self, code: str | None) -> str:
        """The title of a service; the code of one that the catalogue has no more."""
        if code is None:
            return self._words("unknown")
        known = self._catalogue.passports.get(code)
        return self._words.of(known.title) if known else self._track(code)

    def agency(self, agency_id: str | None) -> str:
        """The title of an agency."""
        known = self._catalogue.agencies.get(agency_id or "")
        return self._words.of(known.title) if known else agency_id or "–"

    def district(self, code: str | None) -> str:
        """The title of a district."""
        known = self._catalogue.vocabularies.districts.get(code or "")
        return self._words.of(known) if known else code or self._words("unknown")

    def outcome(self, code: str) -> str:
        """An outcome in words."""
        known = self._catalogue.vocabularies.outcomes.get(code)
        return self._words.of(known) if known else code

    def instant(self, instant: datetime | None) -> str:
        """To the minute, in the calendar's zone."""
        return (
            "" if instant is None else f"{instant.astimezone(self._catalogue.calendar.zone):%d.%m.%Y %H:%M}"
        )

    def second(self, instant: datetime) -> str:
        """The time of day to the second."""
        return f"{instant.astimezone(self._catalogue.calendar.zone):%d.%m.%Y %H:%M:%S}"

    def distance(self, due_at: datetime | None) -> str:
        """How far away a deadline is, in working days."""
        if due_at is None:
            return self._words("no_term")
        days, passed = distance(self._catalogue.calendar, self._now, due_at)
        if days == 0:
            return self._words("late_today" if passed else "due_today")
        return self._words("working_days_late" if passed else "in_working_days", count=days)

    def name(self, person: Person) -> str:
        """How a person is called; the account where that is not known."""
        return NAMES.get(person.subject, person.subject)

    def age(self, since: datetime | None) -> str:
        """For how many days something has waited."""
        return "" if since is None else self._words("days_ago", count=(self._now - since).days)

    def _track(self, code: str) -> str:
        return self._words("triage") if code == "triage" else code


def language_of(request: Request) -> Language:
    """The reader's language: Azerbaijani, unless the reader chose English."""
    return "en" if request.cookies.get(LANGUAGE_COOKIE) == "en" else "az"


def _finalize(value: Any) -> Any:
    return printable(value) if type(value) is str else value
