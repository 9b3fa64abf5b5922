"""What a field on the wire may be at most, at the very limit and one beyond it."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, get_args, get_origin, get_type_hints

import pytest
from annotated_types import Le
from pydantic import BaseModel, TypeAdapter, ValidationError

from kit.canonical_json import canonical_json
from schemas.agency_statuses import AssignmentStatus, command_id_of
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.case_events import RecordedEvent
from schemas.frozen import LARGEST_NUMBER, LONGEST_NAME, AgencyId, CaseId, Code, Sealed, Whole
from schemas.passports import PassportStep
from tests.builders import STAFF, by, report, step
from tests.commands import APPLICANT
from workflows.case.commands import AnnotateCase, AnyCommand, ExtendTerm, RateAnswer

IDENTITY = "0123abcd-0123-0123-0123-0123456789ab"


def _accepts(type_: Any, value: object) -> bool:
    try:
        TypeAdapter(type_).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("type_", "longest", "beyond"),
    [
        (Code, "a" + "b" * 60, "a" + "b" * 61),
        (AgencyId, "a" + "b" * 40, "a" + "b" * 41),
        (AgencyId, "ab", "a"),
        (Sealed, "s" * 65_536, "s" * 65_537),
        (CaseId, IDENTITY, IDENTITY + "0"),
        (CaseId, IDENTITY, IDENTITY.upper()),
    ],
)
def test_a_text_as_long_as_it_may_be_and_no_longer(type_: Any, longest: str, beyond: str) -> None:
    assert _accepts(type_, longest)
    assert not _accepts(type_, beyond)


@pytest.mark.parametrize(
    ("field", "least", "most"), [("acknowledge_within", 1, 30), ("resolve_within", 1, 90)]
)
def test_the_days_of_a_step(field: str, least: int, most: int) -> None:
    planned = step("examine", "moh").model_dump()
    for days in (least, most):
        assert getattr(PassportStep.model_validate({**planned, field: days}), field) == days
    for days in (least - 1, most + 1):
        assert not _accepts(PassportStep, {**planned, field: days})


@pytest.mark.parametrize(("score", "accepted"), [(0, False), (1, True), (5, True), (6, False)])
def test_the_score_of_an_answer(score: int, accepted: bool) -> None:
    given = {**by(APPLICANT, "rate", 1), "track": "t1", "score": score}
    assert _accepts(RateAnswer, given) is accepted


@pytest.mark.parametrize(("days", "accepted"), [(0, False), (1, True), (10_000, True)])
def test_a_term_is_extended_by_a_day_at_least(days: int, accepted: bool) -> None:
    """At most by what the law's terms say: that is the case's to refuse."""
    assert _accepts(ExtendTerm, {**by(STAFF, "extend", 1), "days": days, "reason": "study"}) is accepted


@pytest.mark.parametrize(("length", "accepted"), [(0, False), (1, True), (200, True), (201, False)])
def test_the_id_of_a_command(length: int, accepted: bool) -> None:
    assert _accepts(AnnotateCase, {**by(STAFF, "n" * length, 1), "sealed_note": "sealed"}) is accepted


def test_the_id_of_a_status_stands_in_its_command_as_far_as_it_fits() -> None:
    prefix = "status/moh/t1.examine/1/"
    longest = "s" * (200 - len(prefix))
    assert command_id_of("moh", "t1.examine/1", longest) == prefix + longest
    digested = command_id_of("moh", "t1.examine/1", longest + "s")
    assert digested.startswith(prefix) and len(digested) == len(prefix) + 64
    assert digested != command_id_of("moh", "t1.examine/1", longest + "t")
    assert len(command_id_of("a" * 41, "t1." + "c" * 61 + "/10", "s" * 200)) <= 200


@pytest.mark.parametrize("number", [LARGEST_NUMBER, -LARGEST_NUMBER, 0])
def test_a_whole_number_that_canonical_json_can_write(number: int) -> None:
    assert _accepts(Whole, number)
    assert canonical_json({"number": number}) == f'{{"number":{number}}}'.encode()


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**64, 10**400])
def test_a_whole_number_that_it_cannot_write_is_no_value(number: int) -> None:
    assert LARGEST_NUMBER == 2**53 - 1
    assert not _accepts(Whole, number)


@pytest.mark.parametrize("field", ["agency_sequence", "attempt"])
def test_a_status_with_such_a_number_is_refused_where_it_is_read(field: str) -> None:
    known = report("t1.examine", "in_progress").status.model_dump(mode="json")
    status = AssignmentStatus.model_validate_json(json.dumps({**known, field: 2**53 - 1}))
    assert getattr(status, field) == 2**53 - 1
    with pytest.raises(ValidationError):
        AssignmentStatus.model_validate_json(json.dumps({**known, field: 2**53}))


@pytest.mark.parametrize("field", ["status_id", "raw_code", "step", "reference"])
def test_a_status_with_a_name_longer_than_any_is_refused_where_it_is_read(field: str) -> None:
    known = report("t1.examine", "in_progress").status.model_dump(mode="json")
    longest = AssignmentStatus.model_validate({**known, field: "n" * LONGEST_NAME})
    assert len(getattr(longest, field)) == LONGEST_NAME
    assert not _accepts(AssignmentStatus, {**known, field: "n" * (LONGEST_NAME + 1)})


def _whole_numbers(type_: Any, bounded: bool = False) -> Iterator[bool]:
    """Of each whole number in the type, at any depth of it, whether it has a bound."""
    if get_origin(type_) is Annotated:
        first, *marks = get_args(type_)
        yield from _whole_numbers(first, bounded or any(_bounds(mark) for mark in marks))
    elif type_ is int:
        yield bounded
    else:
        for inner in get_args(type_):
            yield from _whole_numbers(inner, bounded)


def _bounds(mark: object) -> bool:
    inner = getattr(mark, "metadata", ())
    return mark in get_args(Whole) or isinstance(mark, Le) or any(map(_bounds, inner))


def _models(type_: Any) -> Iterator[type[BaseModel]]:
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        yield type_
    for inner in get_args(type_):
        yield from _models(inner)


def _unbounded(*roots: Any) -> set[str]:
    found: set[str] = set()
    models = [model for root in roots for model in _models(root)]
    for model in models:  # grows
        for name, hint in get_type_hints(model, include_extras=True).items():
            if get_origin(hint) is not ClassVar and name in model.model_fields:
                field = model.model_fields[name]
                bounded = any(_bounds(mark) for mark in field.metadata)
                if not all(_whole_numbers(hint, bounded)):
                    found.add(f"{model.__name__}.{name}")
                models += [inner for inner in _models(hint) if inner not in models]
    return found


def test_every_whole_number_that_reaches_the_ledger_or_a_digest_is_bounded() -> None:
    assert _unbounded(RecordedEvent, AnyCommand, AppealReceived, AppealSupplemented) == set()


def test_that_check_sees_a_number_without_a_bound() -> None:
    class Loose(BaseModel):
        number: int | None = None
        numbers: tuple[int, ...] = ()
        tight: Whole = 0

    assert _unbounded(Loose) == {"Loose.number", "Loose.numbers"}
