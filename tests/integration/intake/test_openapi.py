"""Intake answers as its OpenAPI document says, and a document that says something else is found out."""

import json
from pathlib import Path

import pytest

from kit.api_keys import issue
from kit.database import Database
from schemas.actors import Actor
from services.intake.channels import EARLIER_RECEIPT, EVERY_SCOPE
from tests.integration.described.running import API_KEY, described, operations, tried
from tests.integration.intake.process import IntakeProcess
from tests.stack import run
from vahid.openapi import documents

_SERVICE, _SERVICES = "/v1/services/{service}", "/v1/services"
_KEY, _APPEALS = "/v1/receipt-key", "/v1/appeals"


@pytest.fixture(scope="module")
def api_key(database_url: str) -> str:
    """A key for every channel, and for appeals that were received earlier."""

    async def made() -> str:
        database = Database(database_url)
        async with database.transaction() as connection:
            key = await issue(
                connection, Actor(kind="channel", id="described"), (*EVERY_SCOPE, EARLIER_RECEIPT)
            )
        await database.close()
        return key

    return run(made)


@pytest.fixture(scope="module")
def caller(api_key: str, settings: dict[str, str]) -> dict[str, str]:
    """The environment of who calls: its key, and the clock of intake."""
    return {API_KEY: api_key, "VAHID_CLOCK": settings["VAHID_CLOCK"]}


def test_intake_answers_as_described(process: IntakeProcess, caller: dict[str, str], tmp_path: Path) -> None:
    found = tried(f"{process.url}/openapi.json", process.url, tmp_path, caller)
    assert found.exit_status == 0, found.report
    for operation in operations(described(process.url)):
        assert {200, 201} & found.answered[operation], f"{operation} was never tried with success"


def test_a_false_description_is_found_out(
    process: IntakeProcess, caller: dict[str, str], tmp_path: Path
) -> None:
    """Each lie breaks another check."""
    false = described(process.url)
    paths, schemas = false["paths"], false["components"]["schemas"]
    del paths[_SERVICE]["get"]["responses"]["404"]
    paths[_SERVICES]["get"]["responses"]["200"]["headers"]["Never"] = {"required": True, "schema": {}}
    paths[_SERVICES]["get"]["security"] = [{"api_key": []}]
    schemas["ReceiptKey"]["properties"]["kty"]["const"] = "RSA"
    schemas["Submission"]["properties"]["category"]["enum"] = ["of_no_catalogue"]
    told = tmp_path / "false.json"
    told.write_text(json.dumps(false))
    told_of = (_SERVICE, _SERVICES, _KEY, _APPEALS)
    options = [option for path in told_of for option in ("--include-path", path)]
    found = tried(str(told), process.url, tmp_path, caller, "--phases", "coverage,fuzzing", *options)
    assert found.exit_status == 1
    for lie in (
        "Undocumented status code",
        "Missing required response headers",
        "API accepts requests without authentication",
        "Response violates schema",
        "Schema-valid request rejected",
    ):
        assert lie in found.report, found.report


def test_the_published_document_is_that_of_the_service(process: IntakeProcess) -> None:
    assert described(process.url) == documents()["intake.json"]
