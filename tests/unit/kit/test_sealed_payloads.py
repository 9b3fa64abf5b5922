import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from kit.errors import PermanentError
from kit.sealed_payloads import SealingCodec, is_refused
from kit.temporal import data_converter
from workflows.case.contracts import CaseInput

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
CONTENT = Payload(metadata={"encoding": b"json/plain"}, data='{"text":"Sınaq"}'.encode())


def codec(workflow_id: str = "case-1", key: bytes = KEY) -> SealingCodec:
    return SealingCodec(key).with_context(WorkflowSerializationContext("default", workflow_id))


async def test_what_is_sealed_shows_nothing_and_opens_as_it_was() -> None:
    [sealed] = await codec().encode([CONTENT])
    assert "Sınaq".encode() not in sealed.SerializeToString()
    assert b"json/plain" not in sealed.SerializeToString()
    assert await codec().decode([sealed]) == [CONTENT]


async def test_the_same_content_is_never_sealed_alike() -> None:
    first, second = await codec().encode([CONTENT, CONTENT])
    assert first.data != second.data


async def test_an_activity_of_the_workflow_opens_it() -> None:
    activity = ActivitySerializationContext(
        namespace="default",
        workflow_id="case-1",
        activity_id="1",
        activity_type="record",
        activity_task_queue="cases",
        workflow_type="CaseWorkflow",
        is_local=True,
    )
    assert await SealingCodec(KEY).with_context(activity).decode(await codec().encode([CONTENT])) == [CONTENT]


@pytest.mark.parametrize("foreign", [CONTENT, Payload(), Payload(metadata={"encoding": b"binary/null"})])
async def test_what_nobody_sealed_is_refused(foreign: Payload) -> None:
    [refused] = await codec().decode([foreign])
    assert is_refused(refused)
    assert refused.data == b""


async def test_what_was_sealed_for_another_workflow_is_refused() -> None:
    [refused] = await codec("case-2").decode(await codec("case-1").encode([CONTENT]))
    assert is_refused(refused)


@given(place=st.integers(min_value=0, max_value=60), bit=st.integers(min_value=0, max_value=7))
async def test_a_change_of_any_bit_is_noticed(place: int, bit: int) -> None:
    [sealed] = await codec().encode([CONTENT])
    data = bytearray(sealed.data)
    data[place % len(data)] ^= 1 << bit
    [refused] = await codec().decode([Payload(metadata=sealed.metadata, data=bytes(data))])
    assert is_refused(refused)


@given(length=st.integers(min_value=0, max_value=40))
async def test_a_cut_payload_is_refused(length: int) -> None:
    [sealed] = await codec().encode([CONTENT])
    [refused] = await codec().decode([Payload(metadata=sealed.metadata, data=sealed.data[:length])])
    assert is_refused(refused)


async def test_another_key_is_a_fault_of_the_settings_and_refuses_nothing() -> None:
    sealed = await codec(key=OTHER_KEY).encode([CONTENT])
    with pytest.raises(PermanentError) as caught:
        await codec().decode(sealed)
    assert caught.value.code == "payload_key"


async def test_no_converter_reads_what_was_refused() -> None:
    refused = await codec().decode([CONTENT])
    with pytest.raises(PermanentError) as caught:
        data_converter.payload_converter.from_payloads(refused, [dict])
    assert caught.value.code == "payload_refused"


async def test_a_workflow_that_is_started_with_what_was_refused_fails() -> None:
    refused = await codec().decode([CONTENT])
    with pytest.raises(ApplicationError) as caught:
        data_converter.payload_converter.from_payloads(refused, [CaseInput])
    assert caught.value.type == "payload_refused"
