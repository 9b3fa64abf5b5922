"""Renders the digest to an official: all deadline notices that are due at once, one line each. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from catalogue.messages import Message, render
from catalogue.model import Catalogue
from schemas.appeals import Language
from schemas.deadline_events import CASE_SUBJECT
from schemas.frozen import CaseId
from services.notifier.notices import DeadlineNotice
from services.notifier.officials import OfficialContact
from services.notifier.wording import agency_title, listed


class CaseDeadline(NamedTuple):
    """A deadline notice, and its case."""

    case_id: CaseId
    notice: DeadlineNotice


def render_digest(
    catalogue: Catalogue, official: OfficialContact, deadlines: Sequence[CaseDeadline], language: Language
) -> Message:
    """One e-mail about all `deadlines`: those that have passed first, each group by its deadline.

    Raises:
        jinja2.TemplateError: the template cannot be filled in.
    """
    ordered = sorted(deadlines, key=_order)
    values = {
        "recipient_title": getattr(official.title, language),
        "count": str(len(ordered)),
        "lines": "\n".join(_line(catalogue, deadline, language) for deadline in ordered),
    }
    return render(catalogue.template("deadline", "email"), language, values)


def _order(deadline: CaseDeadline) -> tuple[object, ...]:
    notice = deadline.notice
    return (not notice.passed, notice.due_at, deadline.case_id, notice.deadline)


def _word(notice: DeadlineNotice) -> str:
    if notice.withdrawn:
        return "withdrawn"
    return "escalated" if notice.passed else "reminded"


def _line(catalogue: Catalogue, deadline: CaseDeadline, language: Language) -> str:
    """For the reader, and in brackets what names the level: case, subject and deadline."""
    words = catalogue.vocabularies.deadlines
    case_id, notice = deadline
    kind = notice.deadline.split("/")[1]
    due = notice.due_at.astimezone(catalogue.calendar.zone)
    parts = [
        getattr(words[_word(notice)], language),
        f"{due:%d.%m.%Y %H:%M}",
        listed(catalogue, notice.tracking_numbers, language),
        getattr(words["of_case"], language) if notice.subject == CASE_SUBJECT else notice.subject,
        getattr(words[kind], language) if kind in words else kind,
        ", ".join(agency_title(catalogue, agency_id, language) for agency_id in notice.agencies),
    ]
    return f"{' · '.join(part for part in parts if part)} [{case_id} {notice.subject} {notice.deadline}]"
