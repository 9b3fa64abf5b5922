"""Messages about an assignment: its agency gets each once, whatever happens on the way."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from kit.clock import Clock
from kit.database import Database
from kit.vault import Vault, key_id_of
from schemas.appeals import AttachmentContent
from services.agency_adapter.assignment_dispatch import new_assignment
from services.agency_adapter.store import sent_assignments
from services.agency_adapter.tables import assignments, messages
from tests.contract.connectors.simulated import CALM, SimulatedAgency
from tests.integration.agency_adapter.assignments import sealed_assignment
from tests.integration.agency_adapter.conftest import AGENCIES, Notify, Send
from tests.integration.agency_adapter.process import AdapterProcess
from workflows.case.contracts import AgencyMessage, Assignment, idempotency_key, message_key

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("adapter", "unhurried")]

GIVEN = "Hərbi biletin surəti əlavə olunur."


@pytest.fixture
async def unhurried(agencies: dict[str, SimulatedAgency]) -> AsyncIterator[None]:
    """No assignment ends during the test."""
    for agency in agencies.values():
        await agency.change_behaviour({"duration_scale": 1000})
    yield
    for agency in agencies.values():
        await agency.change_behaviour(CALM)


@pytest.fixture
async def assignment(database: Database, vault: Vault, clock: Clock) -> Assignment:
    return await sealed_assignment(database, vault, "moh", clock)


def recall_of(assignment: Assignment) -> AgencyMessage:
    return AgencyMessage(
        case_id=assignment.case_id,
        message=f"recall/{assignment.step}/{assignment.attempt}",
        kind="recall",
        step=assignment.step,
        attempt=assignment.attempt,
        agency_id=assignment.agency_id,
        clock=assignment.clock,
    )


async def information_for(assignment: Assignment, database: Database, vault: Vault) -> AgencyMessage:
    """What the applicant gave, sealed by the case's key as casework seals it."""
    async with database.transaction() as connection:
        key = await vault.data_key(connection, assignment.appeals[0].case_id)
    head = recall_of(assignment).model_dump(exclude={"message", "kind", "sealed"})
    message = f"information/{assignment.step}/{assignment.attempt}/1"
    return AgencyMessage(**head, message=message, kind="information", sealed=key.seal(GIVEN.encode()))


async def logged(agency: SimulatedAgency, message: AgencyMessage) -> list[dict[str, Any]]:
    identity = message_key(message.case_id, message.message)
    return [entry for entry in await agency.entries() if entry.get("message") == identity]


async def outcome_of(database: Database, message: AgencyMessage) -> str | None:
    query = select(messages.c.outcome).where(
        messages.c.agency_id == message.agency_id,
        messages.c.key == message_key(message.case_id, message.message),
    )
    async with database.transaction() as connection:
        return (await connection.execute(query)).scalar_one()


async def refusal(notify: Notify, message: AgencyMessage, attempts: int = 2) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as failed:
        await (await notify(message, attempts=attempts)).result()
    cause = failed.value.cause.__cause__
    assert isinstance(cause, ApplicationError)
    return cause


@pytest.mark.parametrize("agency_id", AGENCIES)
async def test_an_agency_gets_a_message_once(
    agency_id: str,
    agencies: dict[str, SimulatedAgency],
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
    notify: Notify,
) -> None:
    assignment = await sealed_assignment(database, vault, agency_id, clock)
    await (await send(assignment)).result()
    for message in (await information_for(assignment, database, vault), recall_of(assignment)):
        for _ in range(2):
            await (await notify(message)).result()
        [entry] = await logged(agencies[agency_id], message)
        assert (entry["kind"], entry["outcome"]) == (message.kind, "accepted")
        assert GIVEN not in json.dumps(entry, ensure_ascii=False)
        assert await outcome_of(database, message) == "accepted"


async def test_an_agency_learns_of_a_document_that_its_passport_names_and_of_no_other(
    agencies: dict[str, SimulatedAgency],
    assignment: Assignment,
    database: Database,
    vault: Vault,
    send: Send,
    notify: Notify,
) -> None:
    await (await send(assignment)).result()
    content = AttachmentContent(document="medical_record", media_type="image/png", size=9)
    async with database.transaction() as connection:
        key = await vault.data_key(connection, assignment.appeals[0].case_id)
    head = recall_of(assignment).model_dump(exclude={"message", "kind", "sealed"})
    head |= {"kind": "attachment", "sealed": key.seal(content.model_dump_json().encode())}
    its_own = AgencyMessage(**{**head, "documents": ("medical_record",)}, message="attachment/1")
    foreign = AgencyMessage(**{**head, "documents": ("identity_card",)}, message="attachment/2")
    for message in (its_own, its_own, foreign):
        await (await notify(message)).result()
    [entry] = await logged(agencies["moh"], its_own)
    assert (entry["kind"], entry["outcome"]) == ("information", "accepted")
    assert (await logged(agencies["moh"], foreign), await outcome_of(database, foreign)) == (
        [],
        "undisclosed",
    )


@pytest.mark.parametrize("kind", ["recall", "information"])
@pytest.mark.parametrize("failpoint", ["adapter.before_message", "adapter.after_message"])
async def test_a_death_on_the_way_doubles_and_loses_nothing(
    kind: str,
    failpoint: str,
    adapter: AdapterProcess,
    agencies: dict[str, SimulatedAgency],
    assignment: Assignment,
    database: Database,
    vault: Vault,
    send: Send,
    notify: Notify,
) -> None:
    await (await send(assignment)).result()
    recall = recall_of(assignment)
    message = recall if kind == "recall" else await information_for(assignment, database, vault)
    adapter.arm(failpoint)
    handle = await notify(message, seconds=4)
    await adapter.wait_until_killed()
    await adapter.start()
    await handle.result()
    outcomes = [entry["outcome"] for entry in await logged(agencies["moh"], message)]
    assert outcomes == (["accepted"] if failpoint == "adapter.before_message" else ["accepted", "repeated"])
    assert await outcome_of(database, message) == "accepted"


async def test_what_never_arrived_is_not_sent_after_its_recall(
    agencies: dict[str, SimulatedAgency],
    assignment: Assignment,
    database: Database,
    send: Send,
    notify: Notify,
) -> None:
    await (await notify(recall_of(assignment))).result()
    assert await logged(agencies["moh"], recall_of(assignment)) == []
    assert await outcome_of(database, recall_of(assignment)) == "unknown"
    with pytest.raises(WorkflowFailureError) as failed:
        await (await send(assignment)).result()
    cause = failed.value.cause.__cause__
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.non_retryable) == ("assignment_recalled", True)
    key = idempotency_key(assignment.case_id, assignment.step, assignment.attempt)
    assert [entry for entry in await agencies["moh"].received() if entry["key"] == key] == []


async def test_what_arrived_unnoticed_is_recalled(
    agencies: dict[str, SimulatedAgency],
    assignment: Assignment,
    database: Database,
    send: Send,
    notify: Notify,
) -> None:
    await (await send(assignment)).result()
    await change(database, assignment, reference=None)
    await (await notify(recall_of(assignment))).result()
    assert [entry["outcome"] for entry in await logged(agencies["moh"], recall_of(assignment))] == [
        "accepted"
    ]


async def test_a_recall_waits_for_a_send_that_may_still_arrive(
    assignment: Assignment, database: Database, clock: Clock, notify: Notify
) -> None:
    async with database.transaction() as connection:  # as an adapter that dies with the request under way
        await sent_assignments.begin(
            connection, new_assignment(assignment, key_id_of(assignment.appeals[0].sealed), clock.now())
        )
    error = await refusal(notify, recall_of(assignment), attempts=1)
    assert (error.type, error.non_retryable) == ("assignment_on_its_way", False)
    await change(database, assignment, sending_until=func.now() - text("interval '1 second'"))
    await (await notify(recall_of(assignment))).result()
    assert await outcome_of(database, recall_of(assignment)) == "unknown"


async def test_only_the_agency_that_was_sent_the_assignment_gets_the_information(
    agencies: dict[str, SimulatedAgency],
    assignment: Assignment,
    database: Database,
    vault: Vault,
    send: Send,
    notify: Notify,
) -> None:
    await (await send(assignment)).result()
    information = await information_for(assignment, database, vault)
    other = information.model_copy(update={"agency_id": "sicc"})
    error = await refusal(notify, other)
    assert (error.type, error.non_retryable) == ("assignment_not_there", False)
    await (await notify(recall_of(assignment))).result()
    await (await notify(information)).result()
    assert await outcome_of(database, information) == "recalled"
    for agency in agencies.values():
        assert await logged(agency, information) == []


async def test_a_message_waits_until_the_agency_s_response_is_readable_again(
    agencies: dict[str, SimulatedAgency],
    assignment: Assignment,
    database: Database,
    send: Send,
    notify: Notify,
) -> None:
    await (await send(assignment)).result()
    await agencies["moh"].change_behaviour({"html_errors": 1})
    try:
        error = await refusal(notify, recall_of(assignment))
        assert (error.type, error.non_retryable) == ("agency_response_unreadable", False)
    finally:
        await agencies["moh"].change_behaviour({"html_errors": 0})
    await (await notify(recall_of(assignment))).result()
    assert await outcome_of(database, recall_of(assignment)) == "accepted"


async def test_what_cannot_be_opened_is_given_up(
    assignment: Assignment, database: Database, vault: Vault, send: Send, notify: Notify
) -> None:
    await (await send(assignment)).result()
    information = await information_for(assignment, database, vault)
    assert information.sealed is not None
    broken = information.model_copy(update={"sealed": information.sealed[:-8] + "AAAAAAAA"})
    error = await refusal(notify, broken)
    assert (error.type, error.non_retryable) == ("seal_broken", True)
    assert GIVEN not in str(error)


async def test_nothing_personal_was_logged(adapter: AdapterProcess) -> None:
    log = adapter.logged()
    assert "message.settled" in log
    assert GIVEN not in log
    assert json.dumps(GIVEN)[1:-1] not in log
    line = 'vahid_agency_messages_total{agency_id="moh",kind="recall",outcome="accepted"}'
    assert await adapter.metric(line)


async def change(database: Database, assignment: Assignment, **values: Any) -> None:
    """Change our row of an assignment."""
    key = idempotency_key(assignment.case_id, assignment.step, assignment.attempt)
    async with database.transaction() as connection:
        await connection.execute(update(assignments).where(assignments.c.key == key).values(**values))
