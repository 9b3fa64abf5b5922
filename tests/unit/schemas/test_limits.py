"""What a field on the wire may be at most, at the very limit and one beyond it."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.agency_statuses import command_id_of
from schemas.frozen import AgencyId, CaseId, Code, Sealed
from schemas.passports import PassportStep
from tests.builders import STAFF, by, step
from tests.commands import APPLICANT
from workflows.case.commands import AnnotateCase, ExtendTerm, RateAnswer

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
