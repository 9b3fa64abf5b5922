"""Problem details name the place and the rule, and never what was sent."""

from typing import Literal, get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field, HttpUrl, TypeAdapter, ValidationError

from kit.problem import MOST_ERRORS, Problem, from_validation


class _Cat(BaseModel):
    kind: Literal["cat"]
    born: AwareDatetime


class _Dog(BaseModel):
    kind: Literal["dog"]


class _Owner(BaseModel):
    id: UUID
    fin: str = Field(pattern=r"^[0-9A-HJ-NP-Z]{7}$")
    page: HttpUrl
    age: int
    weight: float
    pet: _Cat | _Dog = Field(discriminator="kind")


def _problem(sent: object) -> Problem:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(_Owner).validate_python(sent)
    return from_validation([{**error, "loc": ("body", *error["loc"])} for error in caught.value.errors()])


def test_the_document_has_the_members_of_rfc_9457() -> None:
    problem = Problem(409, "key_reused", "The key was used for another body.", remedy="Use a new key.")
    assert problem.document("t-1") == {
        "type": "urn:vahid:problem:key_reused",
        "title": "Key reused",
        "status": 409,
        "detail": "The key was used for another body.",
        "remedy": "Use a new key.",
        "trace_id": "t-1",
    }


def test_each_place_has_its_pointer() -> None:
    errors = _problem({"pet": {"kind": "cat"}}).errors
    assert {"pointer": "#/fin", "detail": "Field required", "code": "missing"} in errors
    assert {"pointer": "#/pet/cat/born", "detail": "Field required", "code": "missing"} in errors


def test_names_in_pointers_are_escaped() -> None:
    (error,) = from_validation([{"loc": ("body", "a/b~c", 0), "msg": "m", "type": "t"}]).errors
    assert error["pointer"] == "#/a~1b~0c/0"


@pytest.mark.parametrize(
    ("where", "member"), [("header", "header"), ("query", "parameter"), ("path", "parameter")]
)
def test_headers_and_parameters_are_named(where: str, member: str) -> None:
    (error,) = from_validation(
        [{"loc": (where, "Idempotency-Key"), "msg": "Field required", "type": "missing"}]
    ).errors
    assert error[member] == "Idempotency-Key"


_PERSONAL = st.text(st.characters(codec="utf-8", categories=["Lu", "Nd"]), min_size=9, max_size=20).map(
    lambda text: f"Æ{text}"
)


@given(value=_PERSONAL)
def test_no_message_quotes_what_was_sent(value: str) -> None:
    sent = dict.fromkeys(_Owner.model_fields, value)
    for pet in (value, {"kind": value}, {"kind": "cat", "born": value}):
        assert value not in repr(_problem({**sent, "pet": pet}).errors)


@pytest.mark.parametrize("message", ["Value error, Ayten is no name", "the domain 'Ayten' is unknown"])
def test_a_validator_that_quotes_is_silenced(message: str) -> None:
    found = {"loc": ("body", "name"), "msg": message, "type": "value_error", "input": "Ayten"}
    (error,) = from_validation([found]).errors
    assert error["detail"] == "The value is not valid."


def test_a_validator_of_ours_is_heard() -> None:
    found = {
        "loc": ("body",),
        "msg": "Value error, Give a phone.",
        "type": "value_error",
        "input": {"name": "x"},
    }
    (error,) = from_validation([found]).errors
    assert error["detail"] == "Give a phone."


def test_the_models_here_reach_the_kinds_of_error_meant() -> None:
    assert get_args(_Owner.model_fields["pet"].annotation)
    codes = {
        error["code"]
        for error in _problem(dict.fromkeys(_Owner.model_fields, "x") | {"pet": {"kind": "y"}}).errors
    }
    assert {"uuid_parsing", "url_parsing", "union_tag_invalid", "string_pattern_mismatch"} <= codes


def test_a_long_list_of_errors_is_cut_and_the_rest_counted() -> None:
    errors = [{"pointer": f"#/{number}", "detail": "wrong"} for number in range(10_000)]
    document = Problem(422, "x", "y", errors=errors).document()
    assert (document["errors"], document["errors_left_out"]) == (errors[:MOST_ERRORS], 10_000 - MOST_ERRORS)
    assert "errors_left_out" not in Problem(422, "x", "y", errors=errors[:MOST_ERRORS]).document()
    found = [{"loc": ("body", number), "type": "missing", "msg": "Field required"} for number in range(100)]
    assert from_validation(found).left_out == 100 - MOST_ERRORS
