"""The contract of a connector, checked for the REST connector with each simulated agency."""

from datetime import timedelta

import pytest

from catalogue.loader import load
from kit.errors import PermanentError, TransientError
from services.agency_adapter.connectors import http
from services.agency_adapter.connectors.connector import (
    Accepted,
    AlreadyThere,
    AssignmentContent,
    Change,
    Connector,
    SignatureError,
    UncertainError,
)
from services.agency_adapter.connectors.protocols import check_mapping, connect
from tests.contract.connectors.simulated import SimulatedAgencies, SimulatedAgency, WebhookInbox
from tests.waiting import until


async def times_received(agency: SimulatedAgency, key: str) -> int:
    return [entry["key"] for entry in await agency.received()].count(key)


async def test_sent_twice_is_one_assignment(
    connector: Connector, agency: SimulatedAgency, content: AssignmentContent, key: str
) -> None:
    first = await connector.submit(content, key)
    again = await connector.submit(content, key)
    assert isinstance(first, Accepted)
    assert again.reference == first.reference
    found = await connector.look_up(key)
    assert found is not None
    assert found.reference == first.reference
    log = [entry for entry in await agency.received() if entry["key"] == key]
    assert [entry["outcome"] for entry in log if "outcome" in entry].count("new") <= 1
    assert len(log) >= 1


async def test_what_was_never_sent_is_not_there(connector: Connector, key: str) -> None:
    assert await connector.look_up(key) is None


async def test_an_uncertain_outcome_is_settled_by_a_look_up(
    connector: Connector,
    agency: SimulatedAgency,
    content: AssignmentContent,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "LONGEST_CALL", 1.0)
    await agency.change_behaviour({"timeout_after_accept": 1})
    try:
        with pytest.raises(UncertainError):
            await connector.submit(content, key)
    finally:
        await agency.change_behaviour({"timeout_after_accept": 0})
    assert isinstance(await connector.look_up(key), AlreadyThere)
    assert await times_received(agency, key) == 1


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ({"outage": True}, TransientError),
        ({"error_rate": 1}, TransientError),
        ({"html_errors": 1}, PermanentError),
    ],
)
async def test_each_failure_has_its_error(
    connector: Connector,
    agency: SimulatedAgency,
    content: AssignmentContent,
    key: str,
    setting: dict[str, object],
    error: type[Exception],
) -> None:
    await agency.change_behaviour(setting)
    try:
        for call in (connector.submit(content, key), connector.look_up(key), connector.poll(None)):
            with pytest.raises(error):
                await call
    finally:
        await agency.change_behaviour({"outage": False, "error_rate": 0, "html_errors": 0})
    assert await connector.look_up(key) is None


async def test_all_changes_come_by_poll_once_and_in_order(
    connector: Connector, content: AssignmentContent, key: str, agencies: SimulatedAgencies
) -> None:
    began = agencies.now() - timedelta(seconds=1)  # agencies state whole seconds
    taken = await connector.submit(content, key)
    found: dict[str, Change] = {}
    cursor: str | None = None

    async def ended() -> bool:
        nonlocal cursor
        page = await connector.poll(cursor)
        assert not page.changes or page.cursor != cursor
        cursor = page.cursor
        for change in page.changes:
            assert isinstance(change, Change)
            assert change.status_id not in found
            found[change.status_id] = change
        return any(change.status == "fulfilled" for change in own())

    def own() -> list[Change]:
        return [change for change in found.values() if change.reference == taken.reference]

    await until(ended, "the agency fulfils the assignment")
    statuses = [change.status for change in own()]
    assert statuses in (["in_progress", "fulfilled"], ["acknowledged", "in_progress", "fulfilled"])
    assert [change.occurred_at for change in own()] == sorted(change.occurred_at for change in own())
    assert not any(change.unmapped for change in own())
    assert all(began <= change.occurred_at <= agencies.now() for change in own())
    assert (await connector.poll(cursor)).changes == () or cursor is not None


async def test_webhooks_and_polls_have_the_same_changes(
    connector: Connector, content: AssignmentContent, inbox: WebhookInbox, key: str
) -> None:
    taken = await connector.submit(content, key)

    async def pushed() -> list[Change]:
        changes = [change for box in inbox.arrived for change in connector.parse_webhook(*box)]
        return changes if any(change.status == "fulfilled" for change in changes) else []

    by_webhook = {change.status_id: change for change in await until(pushed, "the last webhook")}
    assert {change.reference for change in by_webhook.values()} == {taken.reference}
    cursor, by_poll = None, {}
    while page := await connector.poll(cursor):
        by_poll |= {change.status_id: change for change in page.changes if isinstance(change, Change)}
        if page.cursor == cursor or not page.changes:
            break
        cursor = page.cursor
    assert all(by_poll[status_id] == change for status_id, change in by_webhook.items())


async def test_an_early_change_leads_to_its_key(
    connector: Connector, content: AssignmentContent, key: str
) -> None:
    taken = await connector.submit(content, key)
    known = await connector.key_of(taken.reference)
    assert known in (key, None)

    async def first_change() -> Change | None:
        cursor = None
        while (page := await connector.poll(cursor)).changes:
            for change in page.changes:
                if isinstance(change, Change) and change.reference == taken.reference:
                    return change
            cursor = page.cursor
        return None

    change = await until(first_change, "the first change")
    assert (change.key or known) == key


async def test_a_changed_webhook_is_refused(
    connector: Connector, agency: SimulatedAgency, content: AssignmentContent, inbox: WebhookInbox, key: str
) -> None:
    await connector.submit(content, key)

    async def arrived() -> tuple[dict[str, str], bytes] | None:
        return inbox.arrived[0] if inbox.arrived else None

    headers, raw = await until(arrived, "a webhook")
    connector.parse_webhook(headers, raw)
    for forged in (raw + b" ", raw[: len(raw) // 2], b""):
        with pytest.raises(SignatureError):
            connector.parse_webhook(headers, forged)
    stale = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3600)}
    with pytest.raises(SignatureError):
        connector.parse_webhook(stale, raw)


async def test_wrong_credentials_are_refused(
    agency: SimulatedAgency, content: AssignmentContent, key: str
) -> None:
    mapping = check_mapping(agency.agency_id, load().agency(agency.agency_id).connector)
    wrong = agency.access.model_copy(update={"token": type(agency.access.token)("vahid:wrong")})
    async with http.shared_client() as client:
        with pytest.raises(PermanentError) as refused:
            await connect(mapping, wrong, client).submit(content, key)
    assert refused.value.code == "agency_credentials_refused"
    assert "wrong" not in str(refused.value)
