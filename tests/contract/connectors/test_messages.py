"""Messages about an assignment, sent by the REST connector to each simulated agency."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from kit.errors import PermanentError, TransientError
from services.agency_adapter.connectors import http
from services.agency_adapter.connectors.connector import (
    AssignmentContent,
    Change,
    Connector,
    MessageContent,
    MessageKind,
    UncertainError,
)
from services.agency_adapter.connectors.rest.connector import RestConnector
from services.agency_adapter.connectors.rest.message_mapping import MessageMapping
from tests.contract.connectors.simulated import CALM, SimulatedAgency
from tests.unit.agency_adapter.conftest import mapping_of
from tests.waiting import until

KINDS = pytest.mark.parametrize("kind", ["recall", "information"])
AT = datetime(2021, 8, 23, 8, tzinfo=UTC)
TEXT = "Gəlir haqqında arayış əlavə olunur."
UNHURRIED = {"duration_scale": 1000}
"""Behaviour settings by which an assignment does not end during a test."""


@pytest.fixture
async def unhurried(agency: SimulatedAgency) -> AsyncIterator[SimulatedAgency]:
    await agency.change_behaviour(UNHURRIED)
    yield agency
    await agency.change_behaviour(CALM)


def message(kind: MessageKind, key: str, reference: str) -> MessageContent:
    return MessageContent(kind, key, reference, AT, TEXT if kind == "information" else None)


async def logged(agency: SimulatedAgency, identity: str) -> list[dict[str, Any]]:
    return [entry for entry in await agency.entries() if entry.get("message") == identity]


@KINDS
async def test_a_message_sent_twice_has_one_effect(
    kind: MessageKind, connector: Connector, unhurried: SimulatedAgency, content: AssignmentContent, key: str
) -> None:
    taken = await connector.submit(content, key)
    outcomes = [
        await connector.send_message(message(kind, key, taken.reference), f"{key}/m") for _ in range(2)
    ]
    assert outcomes == ["accepted", "accepted"]
    entries = await logged(unhurried, f"{key}/m")
    assert [entry["outcome"] for entry in entries] == ["accepted", "repeated"]
    assert {(entry["kind"], entry["assignment"]) for entry in entries} == {(kind, key)}
    assert TEXT not in json.dumps(entries, ensure_ascii=False)


@KINDS
async def test_an_assignment_that_the_agency_does_not_know_is_unknown(
    kind: MessageKind, connector: Connector, agency: SimulatedAgency, key: str
) -> None:
    assert await connector.send_message(message(kind, key, "nothing"), f"{key}/m") == "unknown"


@KINDS
async def test_an_assignment_that_has_ended_has_its_outcome(
    kind: MessageKind, connector: Connector, agency: SimulatedAgency, content: AssignmentContent, key: str
) -> None:
    taken = await connector.submit(content, key)
    await until(lambda: _fulfilled(connector, taken.reference), "the agency fulfils the assignment")
    assert await connector.send_message(message(kind, key, taken.reference), f"{key}/m") == "ended"


@KINDS
async def test_an_uncertain_outcome_is_repeated_safely(
    kind: MessageKind,
    connector: Connector,
    unhurried: SimulatedAgency,
    content: AssignmentContent,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = await connector.submit(content, key)
    what = message(kind, key, taken.reference)
    await unhurried.change_behaviour({"timeout_after_accept": 1})
    with monkeypatch.context() as impatient:
        impatient.setattr(http, "LONGEST_CALL", 1.0)
        with pytest.raises(UncertainError):
            await connector.send_message(what, f"{key}/m")
    await unhurried.change_behaviour({"timeout_after_accept": 0})
    assert await connector.send_message(what, f"{key}/m") == "accepted"
    assert [entry["outcome"] for entry in await logged(unhurried, f"{key}/m")] == ["accepted", "repeated"]


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ({"outage": True}, TransientError),
        ({"error_rate": 1}, TransientError),
        ({"html_errors": 1}, PermanentError),
    ],
)
async def test_each_failure_has_its_error(
    setting: dict[str, object],
    error: type[Exception],
    connector: Connector,
    unhurried: SimulatedAgency,
    content: AssignmentContent,
    key: str,
) -> None:
    taken = await connector.submit(content, key)
    await unhurried.change_behaviour(setting)
    try:
        with pytest.raises(error):
            await connector.send_message(message("recall", key, taken.reference), f"{key}/m")
    finally:
        await unhurried.change_behaviour({"outage": False, "error_rate": 0, "html_errors": 0})
    assert await logged(unhurried, f"{key}/m") == []


async def test_nothing_comes_of_what_was_recalled(
    connector: Connector, agency: SimulatedAgency, content: AssignmentContent, key: str
) -> None:
    await agency.change_behaviour(UNHURRIED)
    recalled = await connector.submit(content, key)
    assert await connector.send_message(message("recall", key, recalled.reference), f"{key}/m") == "accepted"
    await agency.change_behaviour(CALM)
    other = await connector.submit(content, f"{key}/other")
    await until(lambda: _fulfilled(connector, other.reference), "another assignment is fulfilled")
    assert {change.status for change in await _changes(connector, recalled.reference)} <= {"note"}
    later = message("information", key, recalled.reference)
    assert await connector.send_message(later, f"{key}/later") == "ended"


async def test_an_agency_that_waits_for_information_goes_on(
    connector: Connector, agency: SimulatedAgency, content: AssignmentContent, key: str
) -> None:
    await agency.change_behaviour({"information_rate": 1, "duration_scale": 0.5})
    taken = await connector.submit(content, key)
    await agency.change_behaviour(CALM)

    async def statuses() -> list[str]:
        return [change.status for change in await _changes(connector, taken.reference)]

    async def asked() -> bool:
        return "information_requested" in await statuses()

    async def done() -> bool:
        return (await statuses())[-1:] == ["fulfilled"]

    await until(asked, "the agency asks for information")
    assert (
        await connector.send_message(message("information", key, taken.reference), f"{key}/m") == "accepted"
    )
    await until(done, "the agency fulfils the assignment")
    assert (await statuses())[-3:] == ["information_requested", "in_progress", "fulfilled"]


@KINDS
async def test_an_agency_whose_mapping_has_no_place_for_messages_gets_none(
    kind: MessageKind, key: str
) -> None:
    mute = mapping_of("moh").model_copy(update={"messages": MessageMapping()})
    agency = SimulatedAgency("moh")
    async with http.shared_client() as client:
        with pytest.raises(PermanentError) as refused:
            await RestConnector(mute, agency.access, client).send_message(message(kind, key, "x"), "m")
    assert refused.value.code == "adapter.no_messages"


async def _changes(connector: Connector, reference: str) -> list[Change]:
    cursor, found = None, []
    while (page := await connector.poll(cursor)).changes:
        found += [
            change for change in page.changes if isinstance(change, Change) and change.reference == reference
        ]
        cursor = page.cursor
    return found


async def _fulfilled(connector: Connector, reference: str) -> bool:
    return any(change.status == "fulfilled" for change in await _changes(connector, reference))
