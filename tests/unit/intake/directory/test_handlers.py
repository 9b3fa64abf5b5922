"""What intake tells of the services is what their passports say."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest

from kit.http import create_app
from services.intake.directory.handlers import ServiceDetails, ServiceDirectory, directory_routes
from tests.packaged import packaged

CATALOGUE = packaged()


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application with the routes of the directory alone."""

    async def ready() -> dict[str, bool]:
        return {}

    app = create_app("intake", ready)
    app.include_router(directory_routes(ServiceDirectory(CATALOGUE)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://intake") as client:
        yield client


async def test_every_service_of_the_catalogue_is_listed_and_can_be_read(client: httpx2.AsyncClient) -> None:
    listed = (await client.get("/v1/services")).json()
    assert listed["version"] == CATALOGUE.version
    assert [service["code"] for service in listed["services"]] == sorted(CATALOGUE.passports)
    for service in listed["services"]:
        answer = await client.get(f"/v1/services/{service['code']}")
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
        assert ServiceDetails.model_validate(answer.json()).title == CATALOGUE.passport(service["code"]).title


@pytest.mark.parametrize("service", sorted(CATALOGUE.passports))
def test_the_details_are_those_of_the_passport(service: str) -> None:
    passport = CATALOGUE.passport(service)
    details = json.loads(ServiceDirectory(CATALOGUE).details(service))
    assert tuple(document["code"] for document in details["documents"]) == passport.documents
    assert tuple(category["code"] for category in details["categories"]) == passport.categories
    assert all(
        named["title"]["az"] and named["title"]["en"]
        for named in details["documents"] + details["categories"]
    )
    assert details["example"] is passport.example and details["statutory_term"] == passport.statutory_term
    for step, agreed in zip(details["steps"], passport.steps, strict=True):
        assert (step["code"], step["agency"], tuple(step["after"])) == (
            agreed.code,
            agreed.agency,
            agreed.after,
        )
        assert step["acknowledge_within"] == agreed.acknowledge_within
        assert step["resolve_within"] == agreed.resolve_within
        assert (step["agency_title"] is None) is (agreed.agency == "local-executive")


async def test_an_unknown_service_is_a_problem_that_does_not_repeat_what_was_asked(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/v1/services/5ABC1D2")
    assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:vahid:problem:service.unknown" and "5ABC1D2" not in answer.text
