"""What became of an assignment later: its agency is told once, whatever happens on the way."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from services.agency_adapter.dispatch import new_assignment
from sqlalchemy import func, select, text, update
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from kit.clock import Clock
from kit.database import Database
from kit.vault import Vault
from schemas.appeals import AttachmentContent
from services.agency_adapter import store
from services.agency_adapter.tables import assignments, messages
from tests.contract.connectors.simulated import CALM, SimulatedAgency
from tests.integration.agency_adapter.assignments import sealed_assignment
from tests.integration.agency_adapter.conftest import AGENCIES, Send, Tell
from tests.integration.agency_adapter.process import AdapterProcess
from workflows.case.contracts import AgencyMessage, Assignment, idempotency_key, message_key

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("adapter", "unhurried")]

GIVEN = "Hərbi biletin surəti əlavə olunur."


@pytest.fixture
async def unhurried(agencies: dict[str, SimulatedAgency]) -> AsyncIterator[None]:
    """No assignment ends while one looks."""
    for body in agencies.values():
        await body.change_behaviour({"duration_scale": 1000})
    yield
    for body in agencies.values():
        await body.change_behaviour(CALM)


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
    """What the applicant gave, sealed by the case's key as the desk seals it."""
    async with database.transaction() as connection:
        key = await vault.data_key(connection, assignment.appeals[0].case_id)
    said = recall_of(assignment).model_dump(exclude={"message", "kind", "sealed"})
    message = f"information/{assignment.step}/{assignment.attempt}/1"
    return AgencyMessage(**said, message=message, kind="information", sealed=key.seal(GIVEN.encode()))


async def heard(body: SimulatedAgency, message: AgencyMessage) -> list[dict[str, Any]]:
    identity = message_key(message.case_id, message.message)
    return [entry for entry in await body.entries() if entry.get("message") == identity]


async def outcome_of(database: Database, message: AgencyMessage) -> str | None:
    query = select(messages.c.outcome).where(
        messages.c.agency_id == message.agency_id,
        messages.c.key == message_key(message.case_id, message.message),
    )
    async with database.transaction() as connection:
        return (await connection.execute(query)).scalar_one()


async def refusal(tell: Tell, message: AgencyMessage, tries: int = 2) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as failed:
        await (await tell(message, tries=tries)).result()
    cause = failed.value.cause.__cause__
    assert isinstance(cause, ApplicationError)
    return cause


@pytest.mark.parametrize("agency_id", AGENCIES)
async def test_an_agency_is_told_once(
    agency_id: str,
    agencies: dict[str, SimulatedAgency],
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Send,
    tell: Tell,
) -> None:
    assignment = await sealed_assignment(database, vault, agency_id, clock)
    await (await send(assignment)).result()
    for message in (await information_for(assignment, database, vault), recall_of(assignment)):
        for _ in range(2):
            await (await tell(message)).result()
        [entry] = await heard(agencies[agency_id], message)
        assert (entry["kind"], entry["outcome"]) == (message.kind, "accepted")
        assert GIVEN not in json.dumps(entry, ensure_ascii=False)
        assert await outcome_of(database, message) == "told"


async def test_of_a_document_an_agency_is_told_once_and_another_not_at_all(
    agencies: dict[str, SimulatedAgency],
    assignment: Assignment,
    database: Database,
    vault: Vault,
    send: Send,
    tell: Tell,
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
        await (await tell(message)).result()
    [entry] = await heard(agencies["moh"], its_own)
    assert (entry["kind"], entry["outcome"]) == ("information", "told")
    assert (await heard(agencies["moh"], foreign), await outcome_of(database, foreign)) == ([], "undisclosed")


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
    tell: Tell,
) -> None:
    await (await send(assignment)).result()
    recall = recall_of(assignment)
    message = recall if kind == "recall" else await information_for(assignment, database, vault)
    adapter.arm(failpoint)
    handle = await tell(message, seconds=4)
    await adapter.wait_until_killed()
    await adapter.start()
    await handle.result()
    outcomes = [entry["outcome"] for entry in await heard(agencies["moh"], message)]
    assert outcomes == (["told"] if failpoint == "adapter.before_message" else ["told", "repeated"])
    assert await outcome_of(database, message) == "told"


async def test_what_never_arrived_is_not_sent_after_its_recall(
    agencies: dict[str, SimulatedAgency], assignment: Assignment, database: Database, send: Send, tell: Tell
) -> None:
    await (await tell(recall_of(assignment))).result()
    assert await heard(agencies["moh"], recall_of(assignment)) == []
    assert await outcome_of(database, recall_of(assignment)) == "unknown"
    with pytest.raises(WorkflowFailureError) as failed:
        await (await send(assignment)).result()
    cause = failed.value.cause.__cause__
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.non_retryable) == ("assignment_recalled", True)
    key = idempotency_key(assignment.case_id, assignment.step, assignment.attempt)
    assert [one for one in await agencies["moh"].received() if one["key"] == key] == []


async def test_what_arrived_unnoticed_is_recalled(
    agencies: dict[str, SimulatedAgency], assignment: Assignment, database: Database, send: Send, tell: Tell
) -> None:
    await (await send(assignment)).result()
    await change(database, assignment, reference=None)
    await (await tell(recall_of(assignment))).result()
    assert [entry["outcome"] for entry in await heard(agencies["moh"], recall_of(assignment))] == ["told"]


async def test_a_sending_that_may_still_arrive_is_waited_for(
    assignment: Assignment, database: Database, clock: Clock, tell: Tell
) -> None:
    async with database.transaction() as connection:  # as an adapter does that dies with the request out
        await store.begin(connection, new_assignment(assignment, clock.now()))
    error = await refusal(tell, recall_of(assignment), tries=1)
    assert (error.type, error.non_retryable) == ("assignment_on_its_way", False)
    await change(database, assignment, sending_until=func.now() - text("interval '1 second'"))
    await (await tell(recall_of(assignment))).result()
    assert await outcome_of(database, recall_of(assignment)) == "unknown"


async def test_only_who_was_sent_the_assignment_hears_what_the_applicant_gave(
    agencies: dict[str, SimulatedAgency],
    assignment: Assignment,
    database: Database,
    vault: Vault,
    send: Send,
    tell: Tell,
) -> None:
    await (await send(assignment)).result()
    information = await information_for(assignment, database, vault)
    other = information.model_copy(update={"agency_id": "sicc"})
    error = await refusal(tell, other)
    assert (error.type, error.non_retryable) == ("assignment_not_there", False)
    await (await tell(recall_of(assignment))).result()
    await (await tell(information)).result()
    assert await outcome_of(database, information) == "recalled"
    for body in agencies.values():
        assert await heard(body, information) == []


async def test_a_lying_agency_is_told_when_it_speaks_sense_again(
    agencies: dict[str, SimulatedAgency], assignment: Assignment, database: Database, send: Send, tell: Tell
) -> None:
    await (await send(assignment)).result()
    await agencies["moh"].change_behaviour({"html_errors": 1})
    try:
        error = await refusal(tell, recall_of(assignment))
        assert (error.type, error.non_retryable) == ("agency_answer_unreadable", False)
    finally:
        await agencies["moh"].change_behaviour({"html_errors": 0})
    await (await tell(recall_of(assignment))).result()
    assert await outcome_of(database, recall_of(assignment)) == "told"


async def test_what_cannot_be_opened_is_given_up(
    assignment: Assignment, database: Database, vault: Vault, send: Send, tell: Tell
) -> None:
    await (await send(assignment)).result()
    information = await information_for(assignment, database, vault)
    assert information.sealed is not None
    broken = information.model_copy(update={"sealed": information.sealed[:-8] + "AAAAAAAA"})
    error = await refusal(tell, broken)
    assert (error.type, error.non_retryable) == ("seal_broken", True)
    assert GIVEN not in str(error)


async def test_nothing_personal_was_logged(adapter: AdapterProcess) -> None:
    log = adapter.logged()
    assert "agency.told" in log
    assert GIVEN not in log
    assert json.dumps(GIVEN)[1:-1] not in log
    line = 'vahid_agency_messages_total{agency_id="moh",kind="recall",outcome="told"}'
    assert await adapter.metric(line)


async def change(database: Database, assignment: Assignment, **values: Any) -> None:
    """Make our note of an assignment say something else."""
    key = idempotency_key(assignment.case_id, assignment.step, assignment.attempt)
    async with database.transaction() as connection:
        await connection.execute(update(assignments).where(assignments.c.key == key).values(**values))
