"""What must hold of the templates: each event and channel has one, and each can be filled in. Pure."""

from collections.abc import Iterator
from typing import get_args

from catalogue.agreement_checks import check_text
from catalogue.draft import Draft, check_unique
from catalogue.messages import FIELDS
from catalogue.model import MessageTemplate, NoticeEvent
from catalogue.sources import Fault
from schemas.appeals import NoticeChannel

_NEEDED = [
    *((event, channel) for event in get_args(NoticeEvent) for channel in get_args(NoticeChannel)),
    ("deadline", "email"),
]


def check_templates(draft: Draft) -> Iterator[Fault]:
    """Every fault of the templates."""
    yield from check_unique(draft.templates, _name, "channel", "template")
    for template, source in draft.templates:
        if (template.channel == "email") != (template.subject is not None):
            message = "an e-mail has a subject, and no other message has one."
            yield source.fault(message, "Correct channel or subject.", ("subject",))
        for part in ("subject", "body"):
            text = getattr(template, part)
            if text is not None:
                yield from check_text(text, source.at((part,)), FIELDS[template.event], part)
    present = {_name(template) for template, _ in draft.templates}
    for event, channel in _NEEDED if draft.templates else ():
        if f"{event} by {channel}" not in present:
            yield Fault(draft.templates[0][1].file, 1, f"no template for {event} by {channel}.", "Add it.")


def _name(template: MessageTemplate) -> str:
    return f"{template.event} by {template.channel}"
