"""Words what an official is told: all deadlines that are due to be told at once, a line each. Pure."""

from collections.abc import Sequence

from catalogue.messages import Message, render
from catalogue.model import Catalogue
from schemas.appeals import Language
from schemas.frozen import CaseId
from services.notifier.model import Deadline
from services.notifier.officials import Office
from services.notifier.wording import agency_title

Told = tuple[CaseId, Deadline]
"""A deadline, and the case in which it is."""

CASE = "case"
"""The subject of a deadline that is the whole case's."""


def word_digest(catalogue: Catalogue, office: Office, told: Sequence[Told], language: Language) -> Message:
    """One e-mail about all of `told`: those that have passed first, each group by its deadline.

    Raises:
        jinja2.TemplateError: the template cannot be filled in.
    """
    ordered = sorted(told, key=lambda one: (not one[1].passed, one[1].due_at, one[0], one[1].clock))
    values = {
        "recipient_title": getattr(office.title, language),
        "count": str(len(ordered)),
        "lines": "\n".join(_line(catalogue, *one, language) for one in ordered),
    }
    return render(catalogue.template("deadline", "email"), language, values)


def _line(catalogue: Catalogue, case_id: CaseId, deadline: Deadline, language: Language) -> str:
    """For the reader, and in brackets what names the level: the case, the step and its clock."""
    words = catalogue.vocabularies.deadlines
    kind = deadline.clock.split("/")[1]
    due = deadline.due_at.astimezone(catalogue.calendar.zone)
    about = [
        getattr(words["escalated" if deadline.passed else "reminded"], language),
        f"{due:%d.%m.%Y %H:%M}",
        ", ".join(deadline.tracking_numbers),
        getattr(words["of_case"], language) if deadline.subject == CASE else deadline.subject,
        getattr(words[kind], language) if kind in words else kind,
        ", ".join(agency_title(catalogue, one, language) for one in deadline.agencies),
    ]
    return f"{' · '.join(one for one in about if one)} [{case_id} {deadline.subject} {deadline.clock}]"
