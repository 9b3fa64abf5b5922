"""Everything of variable size that a case carries has a limit: each field is named here with what bounds it.

A field that is added without a row fails; so does one that the full case leaves empty.
"""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from schemas.clocks import ClockReading
from schemas.hand_over_events import HandOver
from schemas.passports import Passport
from tests.full_case import fill
from workflows.case.commands import CommandOutcome
from workflows.case.state import CaseState

TRIAGE = "MOST_APPEALS"
TRACKS, OUTCOMES = "MOST_SERVICES", "MOST_OF_OUTCOMES"
NOTES, STATEMENTS = "MOST_OF_NOTES_OF_CASE", "MOST_STATEMENTS_OF_CASE and MOST_ENDS"
PASSPORT = "the passport's, as the catalogue has it"

BOUNDED_BY: dict[str, str] = {
    "AppealReference.services": "intake takes ten",
    "AppealReference.notice_channels": "there are two",
    "AssignmentStatus.sealed_note": NOTES,
    "CaseState.appeals": TRIAGE,
    "CaseState.attachments": "MOST_DOCUMENTS",
    "CaseState.documents": "MOST_DOCUMENTS, MOST_OF_DOCUMENTS",
    "CaseState.hand_overs": "MOST_CHARACTERS; delivered before the state is carried over",
    "CaseState.messages": "MOST_MESSAGES, MOST_INFORMATION, a recall for each attempt",
    "CaseState.reached": "the levels of the terms of MOST_APPEALS",
    "CaseState.seen": OUTCOMES,
    "CaseState.steps": TRACKS,
    "CaseState.tasks": "those that commands raise: " + OUTCOMES,
    "CaseState.terms": TRIAGE,
    "CaseState.tracks": "MOST_SERVICES, MOST_APPEALS in triage, a review of each answer",
    "FormerAssignment.clocks": PASSPORT,
    "FormerAssignment.statements": STATEMENTS,
    "MessageState.sealed": "empty, but in a state of before messages referred to the content",
    "StepState.after": PASSPORT,
    "StepState.clocks": PASSPORT,
    "StepState.early": "MOST_EARLY",
    "StepState.former": "the hops that the terms of the catalogue allow",
    "StepState.information": "MOST_INFORMATION, MOST_OF_INFORMATION",
    "StepState.last_order": "three names",
    "StepState.reached": "the levels of the escalation policy",
    "StepState.statements": STATEMENTS,
    "Supplement.sealed": "MOST_OF_DOCUMENTS",
    "TaskState.earlier": "the cases of one person that are pending",
    "TermState.tracks": TRACKS,
    "TrackState.chosen": "the services of the catalogue",
    "TrackState.sealed": "MOST_OF_WORDS",
    "TrackState.suggestions": "the services of the catalogue",
}

_SEALED = ("sealed", "sealed_note")
_ELSEWHERE = (ClockReading, HandOver, Passport, CommandOutcome)
"""Weighed with what holds them: each has a row of its own."""


def _inner(type_: Any) -> Iterator[Any]:
    yield type_
    for inner in get_args(type_):
        yield from _inner(inner)


def _variable_fields() -> set[str]:
    """Each collection in the state, and each text that may be of any length, as `Model.field`."""
    found: set[str] = set()
    models: list[type[BaseModel]] = [CaseState]
    for model in models:  # grows
        for name, field in model.model_fields.items():
            parts = list(_inner(field.annotation))
            if name in _SEALED or any(get_origin(part) in (tuple, dict, list, set) for part in parts):
                found.add(f"{model.__name__}.{name}")
            inner = (part for part in parts if isinstance(part, type) and issubclass(part, BaseModel))
            models += [part for part in inner if part not in models and part not in _ELSEWHERE]
    return found


def test_every_field_of_variable_size_says_what_bounds_it() -> None:
    assert set(BOUNDED_BY) == _variable_fields()


def test_the_full_case_has_something_in_every_such_field_but_what_is_delivered_first() -> None:
    state = fill().state
    own = {name.partition(".")[2] for name in _variable_fields() if name.startswith("CaseState.")}
    assert {name for name in own if not getattr(state, name)} <= {"hand_overs", "reached"}
