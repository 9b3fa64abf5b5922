"""Whatever goes wrong in a request, the answer is problem+json, and nothing personal leaves."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from kit import tracing
from kit.problem import MEDIA_TYPE
from tests.unit.kit import http_app

_JSON = {"Content-Type": "application/json"}
_GOOD = {"fin": "5ABCDE1", "age": 40}


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(http_app.application(), raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as made:
        yield made


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 100):
        yield b"x" * 100


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("GET", "/nothing/here", {}, 404, "not_found"),
        ("GET", "/v1/refused/", {}, 404, "not_found"),
        ("DELETE", "/v1/refused", {}, 405, "method_not_allowed"),
        ("GET", "/v1/refused", {}, 409, "key_reused"),
        ("GET", "/v1/faulty", {}, 500, "internal"),
        ("GET", "/v1/away", {}, 503, "unavailable"),
        ("POST", "/v1/people/a", {}, 422, "invalid_request"),
        ("POST", "/v1/people/a", {"json": {"fin": "5ABCDE1"}}, 422, "invalid_request"),
        ("POST", "/v1/people/a", {"content": b'{"fin": ', "headers": _JSON}, 400, "malformed_json"),
        ("POST", "/v1/people/a", {"content": b"[" * 999, "headers": _JSON}, 400, "malformed_json"),
        ("POST", "/v1/people/a", {"content": b'{"fin": "\xff"}', "headers": _JSON}, 400, "invalid_encoding"),
        ("POST", "/v1/people/a", {"content": b"\xff\xfe\x00", "headers": _JSON}, 400, "invalid_encoding"),
        ("POST", "/v1/people/a", {"content": b'{"fin": ""}'}, 415, "unsupported_media_type"),
        ("POST", "/v1/people/a", {"data": {"fin": "x"}}, 415, "unsupported_media_type"),
        ("POST", "/v1/people/a", {"content": b"x" * 1001, "headers": _JSON}, 413, "content_too_large"),
        ("POST", "/v1/raw", {"content": b"x" * 1001}, 413, "content_too_large"),
    ],
)
async def test_what_goes_wrong_is_a_problem(
    client: httpx2.AsyncClient, method: str, path: str, sent: dict[str, object], status: int, code: str
) -> None:
    answer = await client.request(method, path, **sent)  # type: ignore[arg-type]
    document = answer.json()
    assert (answer.status_code, document["status"]) == (status, status)
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert document["type"] == f"urn:vahid:problem:{code}"
    assert document["detail"]
    assert document["trace_id"] == tracing.trace_id(answer.headers["traceparent"])
    assert "Ayten" not in answer.text
    assert "5ABCDE1" not in answer.text


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/v1/people/baku/pictures", 5000, 200),
        ("/v1/people/baku/pictures", 5001, 413),
        ("/v1/people/baku", 1001, 413),
        ("/v1/people/baku/pictures/more", 1001, 413),
        ("/v1/people/a/b/pictures", 1001, 413),
    ],
)
async def test_a_path_may_have_a_limit_of_its_own(
    client: httpx2.AsyncClient, path: str, size: int, status: int
) -> None:
    assert (await client.post(path, content=b"x" * size)).status_code == status


async def test_a_body_without_a_length_is_stopped_at_the_limit(client: httpx2.AsyncClient) -> None:
    for path in ("/v1/raw", "/v1/people/a"):
        assert (await client.post(path, content=_chunks(1000), headers=_JSON)).status_code != 413
        refused = await client.post(path, content=_chunks(1100), headers=_JSON)
        assert (refused.status_code, refused.headers["content-type"]) == (413, MEDIA_TYPE)


async def test_json_by_another_name_is_json(client: httpx2.AsyncClient) -> None:
    headers = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
    assert (
        await client.post("/v1/people/a", content=b'{"fin":"x","age":1}', headers=headers)
    ).status_code == 201


async def test_headers_of_a_refusal_are_sent(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/v1/refused")).headers["x-key"] == "k"
    assert (await client.delete("/v1/refused")).headers["allow"] == "GET"
    assert int((await client.get("/v1/away")).headers["retry-after"]) > 0
    assert (await client.post("/v1/people/a", content=b"x")).headers["accept"] == "application/json"


async def test_the_trace_goes_on_in_the_handler_and_the_answer(client: httpx2.AsyncClient) -> None:
    given = tracing.new_traceparent()
    answer = await client.post("/v1/people/a", json=_GOOD, headers={"traceparent": given})
    assert answer.status_code == 201
    assert answer.json()["traceparent"] == answer.headers["traceparent"] != given
    assert tracing.trace_id(answer.headers["traceparent"]) == tracing.trace_id(given)


async def test_metrics_and_log_know_the_route_and_not_the_path(client: httpx2.AsyncClient) -> None:
    labels = {"service": "people", "method": "POST", "route": "/v1/people/{place}", "status": "201"}
    before = REGISTRY.get_sample_value("vahid_http_requests_total", labels) or 0
    with capture_logs() as logged:
        await client.post("/v1/people/5ABCDE1", json=_GOOD)
        await client.get("/v1/people-of/5ABCDE1")
        await client.request("AYTEN", "/v1/refused")
    exposed = (await client.get("/metrics")).text
    assert REGISTRY.get_sample_value("vahid_http_requests_total", labels) == before + 1
    assert 'route="unmatched",service="people",status="404"' in exposed
    for text in (exposed, repr(logged)):
        assert "5ABCDE1" not in text
        assert "AYTEN" not in text
    requests = [line for line in logged if line["event"] == "http.request"]
    assert [(line["route"], line["status"]) for line in requests] == [
        ("/v1/people/{place}", 201),
        ("unmatched", 404),
        ("/v1/refused", 405),
    ]


async def test_an_unhandled_error_is_logged(client: httpx2.AsyncClient) -> None:
    with capture_logs() as logged:
        await client.get("/v1/faulty")
        await client.get("/v1/away")
    assert [(line["event"], line["log_level"]) for line in logged if "exc_info" in line] == [
        ("http.unhandled", "error"),
        ("http.unavailable", "warning"),
    ]


async def test_alive_is_not_ready(client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await client.get("/readyz")).json() == {"status": "ready", "parts": http_app.parts}
    monkeypatch.setitem(http_app.parts, "kafka", False)
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.headers["content-type"]) == (503, MEDIA_TYPE)
    assert [error["part"] for error in answer.json()["errors"]] == ["kafka"]
    assert (await client.get("/healthz")).status_code == 200


async def test_the_description_names_the_problems(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    responses = document["paths"]["/v1/people/{place}"]["post"]["responses"]
    assert set(responses) == {"201", "413", "500"}  # what every route can answer; each adds its own
    shared = document["components"]["responses"][responses["413"]["$ref"].rpartition("/")[2]]
    assert set(shared["content"]) == {MEDIA_TYPE}
    assert shared["headers"] == {"traceparent": {"$ref": "#/components/headers/traceparent"}}
    assert document["paths"]["/healthz"]["get"]["responses"].keys() == {"200", "413", "500"}
