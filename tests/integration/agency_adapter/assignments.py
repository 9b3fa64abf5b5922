"""Assignments sealed as intake seals them, and tiny workflows that dispatch one or send a message."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

from temporalio import workflow
from temporalio.client import WorkflowHandle
from temporalio.common import RetryPolicy

from kit.clock import Clock
from kit.database import Database
from kit.tracing import new_traceparent
from kit.vault import Vault
from schemas.appeals import AppealContent, AppealReceived
from schemas.passports import PassportStep, Text
from tests.builders import MONDAY
from workflows.case.contracts import (
    DISPATCH_ACTIVITY,
    MESSAGE_ACTIVITY,
    AgencyMessage,
    Assignment,
    Delivery,
    agency_task_queue,
)

SURNAME, FIN = "Şəhriyarlı", "7QX9K2M"
DISCLOSED = ("applicant.surname", "applicant.name", "applicant.phone")


@workflow.defn(sandboxed=False)
class DispatchAssignment:
    """Dispatches one assignment, each attempt within `seconds`."""

    @workflow.run
    async def run(self, assignment: Assignment, seconds: float) -> Delivery:
        delivery: Delivery = await workflow.execute_activity(
            DISPATCH_ACTIVITY,
            assignment,
            task_queue=agency_task_queue(assignment.agency_id),
            result_type=Delivery,
            start_to_close_timeout=timedelta(seconds=seconds),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=8),
        )
        return delivery


@workflow.defn(sandboxed=False)
class SendMessage:
    """Sends an agency one message, each attempt within `seconds`, in at most `attempts`."""

    @workflow.run
    async def run(self, message: AgencyMessage, seconds: float, attempts: int) -> None:
        await workflow.execute_activity(
            MESSAGE_ACTIVITY,
            message,
            task_queue=agency_task_queue(message.agency_id),
            start_to_close_timeout=timedelta(seconds=seconds),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=attempts),
        )


async def sealed_assignment(
    database: Database, vault: Vault, agency_id: str, clock: Clock, case_id: str | None = None
) -> Assignment:
    """An assignment of a case that took its appeal over: what it says is sealed by the appeal's own key."""
    case_id, came_in_as = case_id or str(uuid4()), str(uuid4())
    person = AppealContent.Person(surname=SURNAME, name="Aygün", fin=FIN, phone="+994501234567")
    async with database.transaction() as connection:
        key = await vault.create_data_key(connection, came_in_as)
    appeal = AppealReceived(
        appeal_id=str(uuid4()),
        case_id=came_in_as,
        tracking_number="VH-1",
        channel="online",
        received_at=MONDAY,
        receipt_digest="0" * 64,
        sealed=key.seal(AppealContent(applicant=person, category="wounded").model_dump_json().encode()),
    )
    return Assignment(
        case_id=case_id,
        step="1.examine",
        attempt=1,
        agency_id=agency_id,
        service="disability-assessment",
        passport_version="v1",
        passport_step=_step(agency_id),
        appeals=(appeal,),
        clock=clock,
        due_at="2021-12-01T18:00:00+04:00",
        traceparent=new_traceparent(),
    )


def _step(agency_id: str) -> PassportStep:
    return PassportStep(
        code="examine",
        title=Text(az="x", en="x"),
        agency=agency_id,
        acknowledge_within=2,
        resolve_within=10,
        disclose=DISCLOSED,
    )


async def delivered(
    agency_id: str,
    database: Database,
    vault: Vault,
    clock: Clock,
    send: Callable[[Assignment], Awaitable[WorkflowHandle[DispatchAssignment, Delivery]]],
) -> tuple[Assignment, Delivery]:
    """An assignment that its agency has, and its delivery."""
    assignment = await sealed_assignment(database, vault, agency_id, clock)
    return assignment, await (await send(assignment)).result()
