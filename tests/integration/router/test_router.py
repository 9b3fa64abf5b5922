"""The router as a process: from Kafka to Temporal, alive and dying."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from catalogue.routing import RoutingResult
from catalogue.terms import Terms
from kit.database import Database
from kit.kafka.admin import ensure_topics
from kit.kafka.dead_letters import DeadLetters
from kit.kafka.producer import Producer
from kit.temporal import connect
from kit.vault import Vault
from schemas.appeals import AppealReceived
from schemas.topics import dlq_topic, load_contracts
from services.router.case_choice import Joined
from services.router.routing_decision import decide
from services.router.tables import routing_decisions
from tests.builders import MONDAY, report
from tests.integration.router.conftest import PERSONS, brought, with_text
from tests.integration.router.harness import (
    APPEALS,
    STATUSES,
    Harness,
    appeal_message,
    make_namespace,
    supplement,
    supplement_message,
)
from tests.integration.service import ServiceProcess, until
from tests.receipts import receipted
from tests.stack import run
from workflows.case.commands import ReceiveAppeal, ReportStatus

A, B = "disability-assessment", "psychological-support"


@pytest.fixture(scope="module")
def settings(database_url: str, kafka_bootstrap: str, temporal_address: str, keys: Path) -> dict[str, str]:
    """The environment of a router process."""
    ensure_topics(kafka_bootstrap, load_contracts(), [dlq_topic("router")])
    return {
        "VAHID_DATABASE_URL": database_url,
        "VAHID_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "VAHID_TEMPORAL_ADDRESS": temporal_address,
        "VAHID_TEMPORAL_NAMESPACE": run(lambda: make_namespace(temporal_address)),
        "VAHID_KEYS": str(keys),
        "VAHID_CLOCK": '{"epoch": "2021-08-23T09:00:00+04:00", "started_at": "2026-01-01T00:00:00+00:00"}',
    }


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str]) -> Iterator[ServiceProcess]:
    process = ServiceProcess("services.router", tmp_path_factory.mktemp("router"), settings)
    yield process
    run(process.stop)


@pytest.fixture
async def router(process: ServiceProcess) -> ServiceProcess:
    """The router, alive; a test may kill it."""
    if not process.alive:
        await process.start()
    return process


@pytest.fixture
async def harness(settings: dict[str, str], keys: Path) -> AsyncIterator[Harness]:
    producer = Producer(settings["VAHID_KAFKA_BOOTSTRAP"], "test")
    temporal = await connect(
        settings["VAHID_TEMPORAL_ADDRESS"],
        settings["VAHID_TEMPORAL_NAMESPACE"],
        keys=Path(settings["VAHID_KEYS"]),
    )
    yield Harness(producer, temporal, Vault(keys))
    await producer.stop()


async def test_an_appeal_opens_its_case_with_an_agency_for_each_step(
    router: ServiceProcess, harness: Harness, keys: Path, person: str
) -> None:
    appeal = brought("employment", A, person=person, district="nasimi")
    await harness.bring(appeal)
    record = await harness.record_with(appeal.case_id, f"appeal/{appeal.appeal_id}")
    [command] = record.commands
    assert isinstance(command, ReceiveAppeal)
    assert command.appeal == receipted(appeal, Vault(keys))[0]
    assert command.actor.id == "online"
    assert command.traceparent and "0af7651916cd43dd8448eb211c80319c" in command.traceparent
    assert [(placement.passport.code, placement.agencies) for placement in command.placements] == [
        ("employment", {"vacancies": "mlspp", "local_quota": "nasimi-executive"}),
        (A, {"examination": "moh", "assessment": "mlspp"}),
    ]
    assert record.input.case_id == appeal.case_id
    assert record.input.rules.escalation_policy
    assert record.input.clock.epoch.year == 2021
    assert 'vahid_router_routed_total{decision="opened"}' in (await router.get("/metrics")).text


async def test_a_later_appeal_for_a_pending_service_joins_with_all_its_services(
    router: ServiceProcess, harness: Harness, person: str
) -> None:
    first, second = brought(A, person=person), brought(A, B, person=person)
    await harness.bring(first)
    await harness.record_with(first.case_id, f"appeal/{first.appeal_id}")
    await harness.bring(second)
    record = await harness.record_with(first.case_id, f"appeal/{second.appeal_id}")
    joining = record.commands[-1]
    assert isinstance(joining, ReceiveAppeal)
    assert [placement.passport.code for placement in joining.placements] == [A, B]
    assert await harness.record_of(second.case_id) is None


async def test_a_document_reaches_the_case_that_its_appeal_joined(
    router: ServiceProcess, harness: Harness, person: str
) -> None:
    first, second = brought(A, person=person), brought(A, person=person)
    await harness.bring(first)
    await harness.record_with(first.case_id, f"appeal/{first.appeal_id}")
    await harness.bring(second)
    added = supplement(second)
    await harness.add(added)
    record = await harness.record_with(first.case_id, f"attachment/{added.attachment_id}")
    assert [command.id for command in record.commands] == [
        f"appeal/{first.appeal_id}",
        f"appeal/{second.appeal_id}",
        f"attachment/{added.attachment_id}",
    ]
    assert await harness.record_of(second.case_id) is None


async def test_an_appeal_and_its_documents_reach_both_cases_that_owe_its_services(
    router: ServiceProcess, harness: Harness, person: str
) -> None:
    first, second = brought(A, person=person), brought(B, person=person)
    for appeal in (first, second):
        await harness.bring(appeal)
        await harness.record_with(appeal.case_id, f"appeal/{appeal.appeal_id}")
    both = brought(A, B, person=person)
    await harness.bring(both)
    added = supplement(both)
    await harness.add(added)
    for appeal, service, joined in ((first, A, None), (second, B, first.case_id)):
        record = await harness.record_with(appeal.case_id, f"attachment/{added.attachment_id}")
        command = record.commands[-2]
        assert isinstance(command, ReceiveAppeal)
        assert (command.appeal.appeal_id, command.joined) == (both.appeal_id, joined)
        assert [placement.passport.code for placement in command.placements] == [service]
    assert await harness.record_of(both.case_id) is None


async def test_many_appeals_of_one_person_at_once_make_one_case(
    router: ServiceProcess, harness: Harness, person: str
) -> None:
    # Each asks for A: an appeal for B alone that came before one for A would rightly open its own case.
    appeals = [brought(*services, person=person) for services in ((A, B), (B, A), (A,), (A,), (B, A), (A, B))]
    await asyncio.gather(*(harness.bring(appeal) for appeal in appeals))

    async def cases() -> dict[str, int]:
        records = {appeal.case_id: await harness.record_of(appeal.case_id) for appeal in appeals}
        return {case_id: len(record.commands) for case_id, record in records.items() if record}

    async def all_received() -> bool:
        return sum((await cases()).values()) >= len(appeals)

    await until(all_received)
    assert list((await cases()).values()) == [len(appeals)]


async def test_an_appeal_without_an_applicant_goes_to_triage(
    router: ServiceProcess, harness: Harness
) -> None:
    appeal = brought(A, person=None)
    await harness.bring(appeal)
    assert await _services_given(harness, appeal) == ()


@pytest.mark.parametrize(
    ("text", "services", "ground"),
    [
        ("Mənə kömək edin", (), "no_service_named"),
        ("Psixoloq desteyi isteyirik", (B,), "asked"),
        ("Psixoloq istəmirəm", (), "negation"),
    ],
)
async def test_free_text_goes_where_its_words_say_or_to_triage(
    router: ServiceProcess,
    harness: Harness,
    database: Database,
    keys: Path,
    person: str,
    text: str,
    services: tuple[str, ...],
    ground: str,
) -> None:
    appeal = await with_text(text, brought(person=person), database, Vault(keys))
    await harness.bring(appeal)
    assert await _services_given(harness, appeal) == services
    query = select(routing_decisions).where(routing_decisions.c.appeal_id == appeal.appeal_id)
    async with database.transaction() as connection:
        row = (await connection.execute(query)).one()
        again = await decide(connection, appeal, ("other",), "later", MONDAY, Terms(), PERSONS)
    assert (row.rule, row.ground) == ("free_text", ground)
    assert again.routed == RoutingResult("free_text", services, ground, tuple(row.suggestions or ()))
    if ground == "negation":
        record = await harness.record_with(appeal.case_id, f"appeal/{appeal.appeal_id}")
        [command] = [command for command in record.commands if isinstance(command, ReceiveAppeal)]
        assert command.suggestions == again.routed.suggestions and command.suggestions[0] == B
        assert command.ground == ground


async def _services_given(harness: Harness, appeal: AppealReceived) -> tuple[str, ...]:
    record = await harness.record_with(appeal.case_id, f"appeal/{appeal.appeal_id}")
    [command] = [command for command in record.commands if isinstance(command, ReceiveAppeal)]
    return tuple(placement.passport.code for placement in command.placements)


async def test_a_status_is_submitted_to_its_case(
    router: ServiceProcess, harness: Harness, person: str
) -> None:
    appeal = brought(A, person=person)
    status = report("a/examination", "acknowledged", agency="moh", status_id="77").status
    status = status.model_copy(update={"case_id": appeal.case_id})
    await harness.report(status)
    record = await harness.record_with(appeal.case_id, "status/moh/a/examination/1/77")
    [command] = record.commands
    assert isinstance(command, ReportStatus)
    assert (command.actor.kind, command.actor.id, command.status) == ("agency", "moh", status)


async def test_unsound_messages_are_dead_lettered_and_the_next_ones_go_on(
    router: ServiceProcess, harness: Harness, keys: Path, person: str, kafka_bootstrap: str
) -> None:
    appeal = brought(A, person=person)
    key = appeal.case_id
    stranger = report("a/x", "acknowledged", agency="nobody", status_id=key).status
    await harness.report(stranger.model_copy(update={"case_id": key}))
    await harness.add(supplement(appeal))  # before its appeal
    await harness.publish(APPEALS, key, b"{not json")
    await harness.publish(STATUSES, key, b'{"specversion": "1.0"}')
    other = brought(person=person).case_id
    await harness.publish(APPEALS, key, appeal_message(*receipted(appeal, Vault(keys)), subject=other))
    await harness.bring(appeal)
    await harness.record_with(key, f"appeal/{appeal.appeal_id}")

    async def dead_lettered() -> bool:
        dead_letters = await asyncio.to_thread(DeadLetters(kafka_bootstrap).list, "router")
        codes = sorted(dead.error_code for dead in dead_letters if dead.key == key.encode())
        known = ["subject_mismatch", "undecodable", "undecodable", "unknown_agency"]
        return codes == ["appeal_not_routed", *known]

    await until(dead_lettered)


async def test_a_forged_appeal_or_document_is_a_dead_letter_and_reaches_no_case(
    router: ServiceProcess, harness: Harness, keys: Path, person: str, kafka_bootstrap: str
) -> None:
    victim, own = brought(A, person=person), brought(A, person=person)
    await harness.bring(victim)
    await harness.record_with(victim.case_id, f"appeal/{victim.appeal_id}")
    published, receipt = receipted(victim, Vault(keys))
    stolen = receipted(own.model_copy(update={"sealed": published.sealed}), Vault(keys))
    document = supplement(own)
    forged = {
        "receipt_missing": [appeal_message(own), supplement_message(document)],
        "receipt_invalid": [appeal_message(own, "a.b.c")],
        "receipt_differs": [
            appeal_message(own.model_copy(update={"receipt_digest": published.receipt_digest}), receipt)
        ],
        "sealed_elsewhere": [appeal_message(*stolen)],
    }
    for value in (value for values in forged.values() for value in values):
        await harness.publish(APPEALS, own.case_id, value)

    async def dead_lettered() -> bool:
        dead_letters = await asyncio.to_thread(DeadLetters(kafka_bootstrap).list, "router")
        codes = [dead.error_code for dead in dead_letters if dead.key == own.case_id.encode()]
        return sorted(codes) == sorted(code for code, values in forged.items() for _ in values)

    await until(dead_lettered)
    assert await harness.record_of(own.case_id) is None
    record = await harness.record_of(victim.case_id)
    assert record is not None and len(record.commands) == 1
    metrics = (await router.get("/metrics")).text
    assert all(f'vahid_router_unproven_total{{code="{code}"}}' in metrics for code in forged)
    await harness.bring(own)  # the honest one goes on
    await harness.record_with(victim.case_id, f"appeal/{own.appeal_id}")


@pytest.mark.parametrize(
    "failpoint",
    [
        "router.before_handle",
        "router.after_claim",
        "router.after_signal",
        "router.after_handle",
        "router.after_commit",
    ],
)
async def test_a_death_at_any_point_loses_nothing_and_decides_nothing_twice(
    router: ServiceProcess, harness: Harness, database: Database, person: str, failpoint: str
) -> None:
    first, second = brought(A, person=person), brought(A, B, person=person)
    await harness.bring(first)
    await harness.record_with(first.case_id, f"appeal/{first.appeal_id}")
    router.arm(failpoint)
    await harness.bring(second)
    await router.killed()
    await router.start()
    record = await harness.record_with(
        first.case_id, f"appeal/{first.appeal_id}", f"appeal/{second.appeal_id}"
    )
    assert len({command.id for command in record.commands}) == 2
    assert await harness.record_of(second.case_id) is None
    async with database.transaction() as connection:
        recorded = await decide(connection, second, second.services, "later", MONDAY, Terms(), PERSONS)
    assert (recorded.choice, recorded.repeated) == (Joined(first.case_id), True)


async def test_a_stop_is_clean_and_nothing_personal_is_logged(
    router: ServiceProcess, harness: Harness, person: str
) -> None:
    appeal = brought(A, person=person)
    await harness.bring(appeal)
    await harness.record_with(appeal.case_id, f"appeal/{appeal.appeal_id}")
    assert await router.stop() == 0
    assert person not in router.log
    assert appeal.appeal_id in router.log
