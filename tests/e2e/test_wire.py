"""Every message that a run left in Kafka matches the published schemas and contracts."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from schemas.publish import FOLDER
from schemas.topics import load_contracts
from tests.e2e.conftest import APPEALS

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]


def _validators() -> dict[str, Draft202012Validator]:
    schemas = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    return {
        name: validator_for(schema)(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for name, schema in schemas.items()
        if name != "asyncapi"
    }


def _schema_of(types: dict[str, str], type_: str) -> str | None:
    """The name of the schema that a contract gives to messages of the type `type_`."""
    for pattern, name in types.items():
        if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), type_):
            return name
    return None


def test_every_message_matches_its_published_schema(wire: dict[str, list[Any]]) -> None:
    validators, counted = _validators(), 0
    for contract in load_contracts():
        for record in wire[contract.topic]:
            message = json.loads(record.value)
            name = _schema_of(contract.types, message["type"])
            assert name is not None, f"{contract.topic}: {message['type']} is not in its contract"
            validators[name].validate(message)
            assert record.key.decode() == message["subject"]
            assert dict(record.headers)["content-type"] == b"application/cloudevents+json; charset=utf-8"
            counted += 1
    assert counted > 10 * APPEALS


def test_the_validation_can_fail(wire: dict[str, list[Any]]) -> None:
    validators = _validators()
    for contract in load_contracts():
        for record in wire[contract.topic][:1]:
            message = json.loads(record.value)
            validator = validators[_schema_of(contract.types, message["type"]) or ""]
            assert not validator.is_valid({**message, "data": {}})
            assert not validator.is_valid({**message, "subject": 7})
            assert _schema_of(contract.types, "org.example.other.v1") is None


def test_no_message_of_the_run_was_dead_lettered(wire: dict[str, list[Any]]) -> None:
    assert [topic for topic in wire if ".dlq." in topic and wire[topic]] == []
