"""No personal value is readable in tables, topics, workflow histories, logs or metrics."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from catalogue.loader import load
from kit.temporal import connect
from tests.e2e.conftest import APPEALS, SEED
from tests.e2e.histories import opened
from tests.e2e.installation import PATIENCE, SERVICES, TRACED_PERSON, Installation
from tests.unit.intake.submissions import body
from vahid.demo.population import population

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, str):
        yield value


def _personal_values(installation: Installation) -> set[bytes]:
    """Every personal value that the driver and the tests sent, in each form that a text may have it."""
    services = load(installation.settings.catalogue).deliverable()
    appeals = [appeal.content for appeal in population(APPEALS, SEED, services)]
    appeals += [body(), {"applicant": TRACED_PERSON}, {"applicant": {"surname": "Sınaq", "fin": "7PSNK4T"}}]
    values = {
        value
        for appeal in appeals
        for part in ("applicant", "representative")
        for value in _leaves(appeal.get(part, {}))
    }
    values |= {appeal["text"] for appeal in appeals if "text" in appeal}
    values -= {"etibarnamə"}  # the ground of a representative: a common word
    assert len(values) > 4 * APPEALS
    forms = values | {json.dumps(value)[1:-1] for value in values} | {v.removeprefix("+") for v in values}
    return {form.encode() for form in forms}


def _count_by_place(places: dict[str, bytes], values: set[bytes]) -> dict[str, int]:
    """How many of the values occur in each place that has any; it does not show the values."""
    pattern = re.compile(b"|".join(re.escape(value) for value in values))
    counts = {name: len(set(pattern.findall(content))) for name, content in places.items()}
    return {name: count for name, count in counts.items() if count}


async def _rows(installation: Installation) -> dict[str, bytes]:
    """Every value of every row of every table, as bytes."""
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
    client = await connect(
        installation.environment["VAHID_TEMPORAL_ADDRESS"], keys=Path(installation.environment["VAHID_KEYS"])
    )
    places = {}
    async for execution in client.list_workflows("WorkflowType = 'CaseWorkflow'"):
        name = f"{execution.id}/{execution.run_id}"
        history = await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()
        places[name] = b"\n".join(event.SerializeToString() for event in history.events)
        places[f"{name}/opened"] = b"\n".join(await opened(history, client, execution.id))
        places[f"{name}/listed"] = f"{execution.id} {execution.typed_search_attributes}".encode()
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


async def test_no_personal_value_is_readable_anywhere(installation: Installation) -> None:
    values = _personal_values(installation)
    known = json.loads((installation.home / "receipts.jsonl").read_text().splitlines()[0])
    number, appeal = known["tracking_number"].encode(), known["appeal_id"].encode()
    for kind, places, sign in (
        ("tables", await _rows(installation), number),
        ("topics", _records(installation), number),
        ("histories", await _histories(installation), number),
        ("logs", _logs(installation), appeal),
        ("metrics", await _metrics(installation), b"_total"),
    ):
        assert any(sign in content for content in places.values()), f"{kind} hold nothing to search"
        assert _count_by_place(places, values) == {}, f"personal values are readable in {kind}"


async def test_the_search_for_personal_values_can_succeed(installation: Installation) -> None:
    """The SMS provider may hold personal values, so the search must find them there."""
    texts = (installation.home / "simulators" / "sms" / "messages.jsonl").read_bytes()
    assert _count_by_place({"texts": texts}, _personal_values(installation))["texts"] > APPEALS / 4
