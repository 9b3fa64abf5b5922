"""A whole run judged from outside: promises hold, nothing personal shows, everything can be followed."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from catalogue.loader import load
from kit.temporal import connect
from schemas.publish import FOLDER
from schemas.topics import load_contracts
from tests.e2e.conftest import APPEALS, SEED
from tests.e2e.installation import PATIENCE, SERVICES, Installation
from tests.unit.intake.submissions import body
from vahid.demo.population import population

FOLLOWED = {"surname": "İzlənən", "name": "Nəfər", "fin": "9TRCE8X", "phone": "+994552000099"}

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]


def test_the_run_has_no_contradiction(installation: Installation) -> None:
    verdict = installation.outcome.verdict
    assert verdict.contradictions == []
    assert verdict.counts["receipts"] == APPEALS
    assert verdict.counts["cases"] == installation.outcome.figures.cases
    assert min(verdict.counts.values()) > 0, verdict.counts
    assert installation.outcome.unanswered == 0


def test_the_figures_are_those_of_the_run(installation: Installation) -> None:
    figures = installation.outcome.figures
    assert (figures.appeals, figures.answered) == (APPEALS, figures.cases)
    assert figures.cases == APPEALS - figures.joined
    assert figures.triaged > 0 and set(figures.agencies) >= {"moh", "mlspp", "centre"}
    assert sum(body.endswith("-executive") for body in figures.agencies) > 1
    assert figures.outcomes.total() == figures.answered


def test_the_report_comes_out_the_same_from_kafka_alone(installation: Installation) -> None:
    outcome = installation.outcome
    assert outcome.differences == [] and outcome.examination.exit_code == 0
    assert (outcome.report["appeals"], outcome.report["cases"]) == (APPEALS, outcome.figures.cases)
    said = installation.vahid("report", "--verify", "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    assert json.loads(said.stdout)["differences"] == []


def test_the_doctor_is_green(installation: Installation) -> None:
    said = installation.vahid("doctor", "--json")
    found = json.loads(said.stdout)
    assert (said.returncode, found["exit_code"], found["unreachable"]) == (0, 0, [])
    assert not [one for one in found["findings"] if one["level"] == "broken"]
    assert found["counts"]["cases"] >= installation.outcome.figures.cases


# The wire.


def _validators() -> dict[str, Draft202012Validator]:
    schemas = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    return {
        name: validator_for(schema)(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for name, schema in schemas.items()
        if name != "asyncapi"
    }


def _schema_of(types: dict[str, str], said: str) -> str | None:
    """The name of the schema that a contract gives to messages of the type `said`."""
    for pattern, name in types.items():
        if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), said):
            return name
    return None


def test_every_message_is_as_published(wire: dict[str, list[Any]]) -> None:
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


def test_nothing_was_dead_lettered_in_the_run(wire: dict[str, list[Any]]) -> None:
    assert [topic for topic in wire if ".dlq." in topic and wire[topic]] == []


# Nothing personal.


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, str):
        yield value


def _personal_values(installation: Installation) -> set[bytes]:
    """Every personal value that was sent in, by the driver and by tests, as it may be written down."""
    services = load(installation.settings.catalogue).deliverable()
    agencies = [one.body for one in population(APPEALS, SEED, services)]
    agencies += [body(), {"applicant": FOLLOWED}, {"applicant": {"surname": "Sınaq", "fin": "7PSNK4T"}}]
    values = {
        value
        for one in agencies
        for part in ("applicant", "representative")
        for value in _leaves(one.get(part, {}))
    }
    values |= {one["text"] for one in agencies if "text" in one}
    values -= {"etibarnamə"}  # the ground of a power of attorney: a word
    assert len(values) > 4 * APPEALS
    forms = values | {json.dumps(value)[1:-1] for value in values} | {v.removeprefix("+") for v in values}
    return {form.encode() for form in forms}


def _found(places: dict[str, bytes], values: set[bytes]) -> dict[str, int]:
    """Where how many of the values occur; the values themselves are not shown."""
    pattern = re.compile(b"|".join(re.escape(value) for value in values))
    counts = {name: len(set(pattern.findall(content))) for name, content in places.items()}
    return {name: count for name, count in counts.items() if count}


async def _rows(installation: Installation) -> dict[str, bytes]:
    """Every value of every row of every table, as text or as it is."""
    places = {}
    async with installation.owner() as connection:
        tables = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in tables:
            rows = await connection.fetch(f'SELECT * FROM "{schema}"."{table}"')
            values = (v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row)
            places[f"{schema}.{table}"] = b"\n".join(values)
    return places


async def _histories(installation: Installation) -> dict[str, bytes]:
    client = await connect(installation.environment["VAHID_TEMPORAL_ADDRESS"])
    places = {}
    async for one in client.list_workflows("WorkflowType = 'CaseWorkflow'"):
        events = (await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()).events
        places[f"{one.id}/{one.run_id}"] = b"\n".join(event.SerializeToString() for event in events)
        places[f"{one.id}/{one.run_id}/listed"] = f"{one.id} {one.typed_search_attributes}".encode()
    return places


def _records(installation: Installation) -> dict[str, bytes]:
    return {
        topic: b"\n".join(
            part
            for record in installation.records(topic)
            for part in (record.key, record.value, *(value for _, value in record.headers))
            if part
        )
        for topic in installation.topics()
    }


def _logs(installation: Installation) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (installation.home / "logs").iterdir()}


async def _metrics(installation: Installation) -> dict[str, bytes]:
    async with httpx2.AsyncClient(timeout=PATIENCE) as client:
        pages = [await client.get(f"{installation.addresses[name]}/metrics") for name in SERVICES]
    assert all(page.status_code == 200 and b"vahid_" in page.content for page in pages)
    return {name: page.content for name, page in zip(SERVICES, pages, strict=True)}


async def test_nothing_personal_is_open_anywhere(installation: Installation) -> None:
    values = _personal_values(installation)
    known = json.loads((installation.home / "receipts.jsonl").read_text().splitlines()[0])
    number, appeal = known["tracking_number"].encode(), known["appeal_id"].encode()
    for what, places, sign in (
        ("tables", await _rows(installation), number),
        ("topics", _records(installation), number),
        ("histories", await _histories(installation), number),
        ("logs", _logs(installation), appeal),
        ("metrics", await _metrics(installation), b"_total"),
    ):
        assert any(sign in content for content in places.values()), f"{what} were not really looked at"
        assert _found(places, values) == {}, f"personal values stand open in {what}"


async def test_the_search_for_what_is_personal_can_find(installation: Installation) -> None:
    """The agencies' and providers' own systems, which may hold it, are where the search must succeed."""
    texts = (installation.home / "simulators" / "sms" / "messages.jsonl").read_bytes()
    assert _found({"texts": texts}, _personal_values(installation))["texts"] > APPEALS / 4


# Followed from outside.


async def test_one_trace_goes_from_the_answer_at_the_door_to_the_answer_of_the_case(
    installation: Installation,
) -> None:
    trace, key = uuid.uuid4().hex, f"trace-{uuid.uuid4()}"
    answer = await installation.hand_in(
        key,
        f"00-{trace}-{uuid.uuid4().hex[:16]}-01",
        services=["psychological-support"],
        applicant=FOLLOWED,
        notice={"sms": True, "email": False},
    )
    assert answer.headers["traceparent"].split("-")[1] == trace
    case_id = await installation.case_of(answer)
    await installation.wait(
        "SELECT true FROM notifier.notifications "
        "WHERE case_id = $1 AND kind = 'answer' AND channel = 'sms' AND state = 'sent'",
        case_id,
    )
    traced = {
        "intake.appeals": "traceparent",
        "ledger.cases": "traceparent",
        "ledger.events": "agency::jsonb->>'traceparent'",
        "adapter.assignments": "traceparent",
        "notifier.notifications": "traceparent",
    }
    for table, column in traced.items():
        query = f"SELECT array_agg(DISTINCT split_part({column}, '-', 2)) FROM {table} WHERE case_id = $1"
        assert await installation.value(query, case_id) == [trace], table
    published = [one for one in installation.records("vahid.case-events.v1") if one.key == case_id.encode()]
    assert published
    for record in published:  # by key: other tests may have left what is no JSON
        assert json.loads(record.value)["traceparent"].split("-")[1] == trace
    for service in ("intake", "router", "agency-adapter", "notifier"):
        lines = (installation.home / "logs" / f"{service}.log").read_text().splitlines()
        assert any(trace in line for line in lines), f"{service} did not log under the trace"


@pytest.mark.parametrize("name", SERVICES)
async def test_every_service_is_seen(installation: Installation, name: str) -> None:
    async with httpx2.AsyncClient(base_url=installation.addresses[name], timeout=PATIENCE) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        assert all(ready.json()["parts"].values())
        assert "process_cpu_seconds_total" in (await client.get("/metrics")).text


def test_cases_by_the_command_line(installation: Installation) -> None:
    listed = installation.vahid("case", "list", "--status", "answered", "--limit", "1000", "--json")
    rows = json.loads(listed.stdout)
    assert listed.returncode == 0 and len(rows) >= installation.outcome.figures.cases
    assert {row["status"] for row in rows} == {"answered"}
    chosen = rows[0]
    by_number = installation.vahid("case", "show", chosen["tracking_number"], "--json")
    by_id = installation.vahid("case", "show", chosen["case_id"], "--json")
    assert by_number.returncode == by_id.returncode == 0
    shown, again = json.loads(by_number.stdout), json.loads(by_id.stdout)
    assert shown["history"] == again["history"]
    assert [entry["seq"] for entry in shown["history"]] == list(range(1, len(shown["history"]) + 1))
    assert shown["history"][-1]["payload"]["type"] == "az.vahid.case.answered.v1"
    assert shown["case"]["status"] == "answered"
    assert all(entry["cause"] and entry["actor"]["id"] for entry in shown["history"])
    nobody = installation.vahid("case", "show", "VHD-21-9999999-X")
    assert (nobody.returncode, nobody.stdout) == (1, "") and "VHD-21-9999999-X" in nobody.stderr


def test_the_stack_by_the_command_line(installation: Installation) -> None:
    said = installation.vahid("status", "--json")
    processes = {one["name"]: one for one in json.loads(said.stdout)["processes"]}
    assert said.returncode == 0, said.stdout
    assert {*SERVICES, "postgres", "kafka", "temporal", "mail", "sms", "agencies"} <= set(processes)
    assert "agency-moh" in processes["agencies"]["hosts"]
    assert all(one["ready"] and one["pid"] and one["address"] for one in processes.values())


def test_dead_letters_by_the_command_line(installation: Installation) -> None:
    for consumer in ("router", "notifier", "agency_adapter"):
        listed = installation.vahid("dlq", "ls", consumer, "--json")
        assert listed.returncode == 0 and isinstance(json.loads(listed.stdout), list)
    unknown = installation.vahid("dlq", "ls", "nobody", "--json")
    assert (unknown.returncode, unknown.stdout) == (1, "") and "nobody" in unknown.stderr
    away = installation.vahid("dlq", "ls", "router", VAHID_KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert (away.returncode, away.stdout) == (2, "") and away.stderr
