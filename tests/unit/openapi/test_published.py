"""What is published of HTTP is what the code answers, completely."""

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.problem import TYPE
from vahid.openapi import FOLDER, check, documents, main, write

DOCUMENTS = documents()
_PUBLIC = {"readReceiptKey", "listServices", "readService", "isAlive", "isReady", "readMetrics"}
_FOUND_WHERE = ("services/intake", "services/agency_adapter/webhook.py", "kit")
_NOT_OF_A_ROUTE = {(404, "unknown_agency"), (405, "method_not_allowed"), (422, "batch.no_appeal")}
"""Of an address that no agency has, of a method that a path has not, of a line in a batch."""


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def codes(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[int, str]]:
    for status, response in operation["responses"].items():
        if "$ref" not in response:
            continue
        shared = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        [media] = shared["content"].values()
        for type_ in media["schema"]["allOf"][1]["properties"]["type"]["enum"]:
            yield int(status), type_.removeprefix(TYPE)


def raised() -> Iterator[tuple[int, str]]:
    """The status and code of each problem that the code makes with both written out."""
    for call in calls("Problem", *_FOUND_WHERE):
        values = [each.value for each in call.args[:2] if isinstance(each, ast.Constant)]
        if len(values) == 2:
            yield int(str(values[0])), str(values[1])


def rules() -> Iterator[str]:
    """The code of each rule of an appeal that is written out where the rule refuses."""
    for name, place in (("PydanticCustomError", 0), ("Finding", 1)):
        for call in calls(name, "services/intake/appeals"):
            code = call.args[place]
            if isinstance(code, ast.Constant):
                yield str(code.value)


def calls(name: str, *places: str) -> Iterator[ast.Call]:
    """Where the code calls what has that name."""
    for root in map(Path, places):
        for file in [root] if root.suffix else root.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                    yield node


def test_what_is_checked_in_is_current() -> None:
    assert check() == []
    assert {file.name for file in FOLDER.iterdir()} == set(DOCUMENTS)
    assert main(["--check"]) == 0


def test_another_document_is_found(tmp_path: Path) -> None:
    write(tmp_path)
    assert check(tmp_path) == []
    (tmp_path / "intake.json").write_text("{}\n")
    (tmp_path / "agency-adapter.json").unlink()
    assert len(check(tmp_path)) == 2


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_answer_is_stated(name: str) -> None:
    document = copy.deepcopy(DOCUMENTS[name])
    ids = [operation["operationId"] for operation in operations(document)]
    assert len(ids) == len(set(ids))
    for operation in operations(document):
        assert "default" not in operation["responses"]
        assert {(413, "content_too_large"), (500, "internal")} <= set(codes(document, operation))
        open_to_all = operation["operationId"] in _PUBLIC
        assert ("security" in operation) != open_to_all, operation["operationId"]
        if not open_to_all:
            assert any(status == 401 for status, _ in codes(document, operation))


def test_every_problem_that_the_code_makes_is_documented() -> None:
    stated = {
        found
        for document in DOCUMENTS.values()
        for operation in operations(document)
        for found in codes(document, operation)
    }
    made = set(raised())
    assert len(made) > 25
    assert made - stated == _NOT_OF_A_ROUTE


def test_every_rule_of_an_appeal_is_documented() -> None:
    submit = DOCUMENTS["intake.json"]["paths"]["/v1/appeals"]["post"]
    found = set(rules())
    assert len(found) > 25
    assert {(422, code) for code in found} <= set(codes(DOCUMENTS["intake.json"], submit))


def test_what_a_caller_must_send_is_required() -> None:
    paths = DOCUMENTS["intake.json"]["paths"]
    for path in ("/v1/appeals", "/v1/appeals/{tracking_number}/attachments"):
        [key] = [each for each in paths[path]["post"]["parameters"] if each["name"] == "Idempotency-Key"]
        assert key["required"]
    assert (
        paths["/v1/appeals"]["post"]["responses"]["201"]["links"]["readAppeal"]["operationId"] == "readAppeal"
    )
    webhook = DOCUMENTS["agency-adapter.json"]["paths"]["/v1/agencies/mlspp/statuses"]["post"]
    assert [each["name"] for each in webhook["parameters"]] == ["webhook-id", "webhook-timestamp"]
