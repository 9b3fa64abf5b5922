"""The published schemas say what the code says, and an incompatible change is found."""

import copy
import re
from typing import Any, get_args

import jsonschema
import pytest

from ledger.chain import canonical
from ledger.messages import message
from schemas.case_events import EventPayload
from schemas.compatibility import incompatibilities
from schemas.publish import check, documents
from tests.builders import RULES, SEQUENTIAL, appeal, later, receive
from workflows.case.decide.decider import decide_all
from workflows.case.state import CaseState


@pytest.fixture
def schema() -> dict[str, Any]:
    return copy.deepcopy(documents()["case-event.json"])


def test_what_is_checked_in_is_what_the_code_says():
    assert check() == []


def test_a_schema_is_compatible_with_itself(schema):
    assert incompatibilities(schema, schema) == ()


def test_adding_an_optional_field_and_an_event_is_compatible(schema):
    changed = copy.deepcopy(schema)
    changed["$defs"]["StepDelivered"]["properties"]["more"] = {"type": "string"}
    changed["$defs"]["Novel"] = {"type": "object", "properties": {}}
    changed["$defs"]["RecordedEvent"]["properties"]["payload"]["oneOf"].append({"$ref": "#/$defs/Novel"})
    assert incompatibilities(schema, changed) == ()


def test_every_event_of_a_case_has_a_type_that_its_message_may_have(schema):
    types = [
        definition["properties"]["type"]["const"]
        for definition in schema["$defs"].values()
        if "az.vahid" in str(definition.get("properties", {}).get("type", {}).get("const"))
    ]
    assert len(types) == len(get_args(get_args(EventPayload)[0]))
    pattern = schema["properties"]["type"]["pattern"]
    assert [kind for kind in types if not re.match(pattern, kind)] == []


def remove_field(changed):
    del changed["$defs"]["StepDelivered"]["properties"]["reference"]


def change_type(changed):
    changed["$defs"]["StepDelivered"]["properties"]["attempt"]["type"] = "string"


def require_field(changed):
    changed["$defs"]["StepDelivered"]["properties"]["more"] = {"type": "string"}
    changed["$defs"]["StepDelivered"]["required"].append("more")


def drop_requirement(changed):
    changed["$defs"]["StepDelivered"]["required"].remove("reference")


def remove_event(changed):
    variants = changed["$defs"]["RecordedEvent"]["properties"]["payload"]["oneOf"]
    variants[:] = [variant for variant in variants if variant["$ref"] != "#/$defs/StepCancelled"]


def remove_value(changed):
    changed["$defs"]["AssignmentStatus"]["properties"]["status"]["enum"].remove("refused")


@pytest.mark.parametrize(
    "change", [remove_field, change_type, require_field, drop_requirement, remove_event, remove_value]
)
def test_an_incompatible_change_is_found(schema, change):
    changed = copy.deepcopy(schema)
    change(changed)
    assert len(incompatibilities(schema, changed)) == 1


def test_an_incompatible_change_fails_the_check(tmp_path, schema):
    """What was published had a field that the code does not have any more."""
    from schemas import publish

    publish.write(tmp_path)
    schema["$defs"]["StepDelivered"]["properties"]["once"] = {"type": "string"}
    (tmp_path / "case-event.json").write_text(publish.render(schema))
    (fault,) = publish.check(tmp_path)
    assert "once: field was removed" in fault


def test_a_message_of_the_ledger_validates(schema):
    import json

    recorded = decide_all(CaseState(case_id=appeal().case_id), [receive(SEQUENTIAL)], later(0), RULES)
    for event in recorded:
        jsonschema.validate(json.loads(message(event, canonical(event)).value), schema)
