"""What is published to the router, and what it submits to Temporal, in a namespace of its own."""

from dataclasses import dataclass
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.converter import WorkflowSerializationContext
from temporalio.service import RPCError, RPCStatusCode

from kit.kafka.producer import Producer
from kit.outbox.table import OutboxMessage
from kit.temporal import connect
from kit.vault import Vault
from schemas.agency_statuses import STATUS_REPORTED, AssignmentStatus
from schemas.appeals import APPEAL_RECEIVED, APPEAL_SUPPLEMENTED, AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from tests.builders import MONDAY, attachment
from tests.integration.service import until
from tests.receipts import receipted, sealed_for
from workflows.case.commands import AnyCommand
from workflows.case.contracts import CaseInput, workflow_id

APPEALS, STATUSES = "vahid.appeals.v1", "vahid.agency-statuses.v1"


async def make_namespace(address: str) -> str:
    """A new namespace of the server, known to all its parts."""
    name = f"test-{uuid4().hex[:8]}"
    client = await connect(address, keys=None)
    request = RegisterNamespaceRequest(
        namespace=name, workflow_execution_retention_period=Duration(seconds=86_400)
    )
    await client.workflow_service.register_namespace(request)
    fresh = await connect(address, name, keys=None)

    async def known() -> bool:
        try:
            async for _ in fresh.list_workflows(page_size=1):
                break
        except RPCError:
            return False
        return True

    await until(known)
    return name


@dataclass
class CaseRecord:
    """What a case was started with, and the commands that it received, in order."""

    input: CaseInput
    commands: list[AnyCommand]


class Harness:
    """Publishes what intake and the adapters publish, and reads the cases' histories."""

    def __init__(self, producer: Producer, temporal: Client, vault: Vault) -> None:
        self._producer = producer
        self._vault = vault
        self._temporal = temporal

    async def bring(self, *appeals: AppealReceived) -> None:
        """Publish appeals as intake does."""
        await self._producer.send(
            [
                OutboxMessage(APPEALS, appeal.case_id, appeal_message(*receipted(appeal, self._vault)))
                for appeal in appeals
            ]
        )

    async def add(self, added: AppealSupplemented) -> None:
        """Publish a document as intake does."""
        await self.publish(APPEALS, added.case_id, supplement_message(*receipted(added, self._vault)))

    async def report(self, status: AssignmentStatus) -> None:
        """Publish a status as an adapter does."""
        message = CloudEvent[AssignmentStatus](
            id=status.status_id,
            source="adapter",
            type=STATUS_REPORTED,
            subject=status.case_id,
            time=MONDAY,
            data=status,
        )
        await self._producer.send([OutboxMessage(STATUSES, status.case_id, message.encode())])

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Publish anything."""
        await self._producer.send([OutboxMessage(topic, key, value)])

    async def record_of(self, case_id: str) -> CaseRecord | None:
        """What the case has received so far; None when it was never started."""
        try:
            history = await self._temporal.get_workflow_handle(workflow_id(case_id)).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        workflow = WorkflowSerializationContext(self._temporal.namespace, workflow_id(case_id))
        decode = self._temporal.data_converter.with_context(workflow).decode
        started, *events = history.events
        [given] = await decode(
            started.workflow_execution_started_event_attributes.input.payloads, [CaseInput]
        )
        commands = []
        for event in events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                payloads = event.workflow_execution_signaled_event_attributes.input.payloads
                commands += await decode(payloads, [AnyCommand])
        return CaseRecord(given, commands)

    async def record_with(self, case_id: str, *ids: str) -> CaseRecord:
        """What the case has received, once the commands `ids` are among it."""

        async def all_there() -> bool:
            record = await self.record_of(case_id)
            return record is not None and set(ids) <= {command.id for command in record.commands}

        await until(all_there)
        record = await self.record_of(case_id)
        assert record is not None
        return record


def appeal_message(
    appeal: AppealReceived, receipt: str | None = None, *, subject: str | None = None
) -> bytes:
    """The message of an appeal."""
    return CloudEvent[AppealReceived](
        id=appeal.appeal_id,
        source="intake",
        type=APPEAL_RECEIVED,
        subject=subject or appeal.case_id,
        time=MONDAY,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        receipt=receipt,
        data=appeal,
    ).encode()


def supplement(appeal: AppealReceived) -> AppealSupplemented:
    """A document that was added to an appeal."""
    whose = {"appeal_id": appeal.appeal_id, "case_id": appeal.case_id}
    added = attachment(1, appeal.appeal_id, MONDAY, sealed_for(appeal.case_id))
    return added.model_copy(update={**whose, "tracking_number": appeal.tracking_number})


def supplement_message(added: AppealSupplemented, receipt: str | None = None) -> bytes:
    """The message of a document."""
    return CloudEvent[AppealSupplemented](
        id=added.attachment_id,
        source="intake",
        type=APPEAL_SUPPLEMENTED,
        subject=added.case_id,
        time=MONDAY,
        receipt=receipt,
        data=added,
    ).encode()
