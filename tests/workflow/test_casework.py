"""Commands of people on a running case, by a session and by the command line, on the real servers."""

import asyncio
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from casework.commands import applicant, staff
from casework.commands.session import CaseworkSession
from casework.computed_on_read import Moment
from casework.queries.case_list import CaseFilter, list_cases
from catalogue.loader import load
from catalogue.terms import EscalationLevel, Terms
from kit.api_keys import issue
from kit.clock import Clock
from kit.database import Database
from kit.vault import Vault, key_id_of
from ledger.store import Ledger
from schemas.actors import Actor
from schemas.case_lifecycle_events import CaseAnnotated, CaseAnswered, CommandRefused, ObjectionRaised
from schemas.deadline_events import ClockSuspended
from schemas.hand_over_events import CaseHandedOver, TracksDelivered, TracksHandedOver, TracksTakenOver
from schemas.step_events import StepDispatched
from tests.builders import PARALLEL, RULES, SEQUENTIAL, STAFF, of_person, receive, report
from tests.waiting import until
from tests.workflow.folding import state_of
from tests.workflow.test_case_workflow import finished, of_case, when
from workflows.client import CaseClient

pytestmark = pytest.mark.usefixtures("worker")

PATIENT = RULES.model_copy(
    update={
        "escalation_policy": (EscalationLevel(code="agenda", fraction=1.0, told=("commission",)),),
        "terms": Terms(objection_window=5_000, reopening_window=5_000, extension=1_000),
    }
)
"""Time runs here: windows stay open also on a busy machine."""

Vahid = Callable[..., Any]


@pytest.fixture
def clock() -> Clock:
    """An hour of business time in a quarter of a second: a command line has started before a term ends."""
    return Clock(epoch=datetime(2021, 8, 23, 6, tzinfo=UTC), started_at=datetime.now(UTC), scale=14_400)


@pytest.fixture
async def cases(temporal: Client, clock: Clock) -> CaseClient:
    return CaseClient(temporal, lambda _: PATIENT, clock)


@pytest.fixture
def vault(keys: Path) -> Vault:
    return Vault(keys)


@pytest.fixture
async def case_id(cases: CaseClient, ledger: Ledger, database: Database, vault: Vault, clock: Clock) -> str:
    """A running case, its step `t1.examine` at an agency, and a key to seal with."""
    identity = str(uuid.uuid4())
    async with database.transaction() as connection:
        await vault.create_data_key(connection, identity)
    await cases.submit(identity, of_case(receive(SEQUENTIAL), identity, clock))
    await when(ledger, identity, "dispatched", "t1.examine")
    return identity


@pytest.fixture
def session(cases: CaseClient, database: Database, vault: Vault, clock: Clock) -> CaseworkSession:
    return CaseworkSession(STAFF, load(), cases, database, vault, clock)


@pytest.fixture
async def vahid(
    database: Database, database_url: str, temporal_address: str, keys: Path, clock: Clock, tmp_path: Path
) -> AsyncIterator[Vahid]:
    """The command line as the staff, or as the Commission: its exit status, and its JSON or its error."""
    async with database.transaction() as connection:
        held = {
            "staff": await issue(connection, STAFF, ["staff"]),
            "commission": await issue(connection, Actor(kind="commission", id="c"), ["commission"]),
        }
    settings = {
        "VAHID_DATABASE_URL": database_url,
        "VAHID_TEMPORAL_ADDRESS": temporal_address,
        "VAHID_KEYS": str(keys),
        "VAHID_CLOCK": clock.model_dump_json(),
    }

    async def run(*words: str, by: str = "staff", note: str = "") -> tuple[int, Any]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "vahid.main", "case", *words, "--json", "--home", str(tmp_path)),
            env={**os.environ, **settings, "VAHID_API_KEY": held[by]},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(note.encode())
        return process.returncode or 0, json.loads(out) if out.strip() else err.decode()

    yield run


async def test_clocks_an_objection_and_its_review(
    session, cases, ledger, agencies, vault, database, clock, case_id
):
    suspend = staff.suspend("t1.examine", "applicant", "abroad")
    first = await session.execute(case_id, suspend, key="mine")
    assert first.accepted and await session.execute(case_id, suspend, key="mine") == first
    again = await session.execute(case_id, suspend, key="other")
    assert (again.accepted, again.code) == (False, "suspend.suspended_already")
    assert (await session.execute(case_id, staff.resume("t1.examine"))).accepted
    assert (await session.execute(case_id, staff.annotate(), note="Zəng etdi")).accepted

    assert (await session.execute(case_id, applicant.object_to("t1"))).code == "object.not_answered"
    await cases.submit(case_id, of_case(report("t1.examine", "refused"), case_id, clock))
    await when(ledger, case_id, "answered")
    assert (await session.execute(case_id, applicant.object_to("t1"), note="Razı deyiləm")).accepted
    await when(ledger, case_id, "dispatched", "t2.review")
    assert (await session.execute(case_id, applicant.object_to("t1"))).code == "object.reviewed_already"

    async def sent() -> bool:
        return ("mlspp", 1) in sent_to(agencies, case_id, "t2.review")

    await until(sent, "the agency one up has the review")
    await cases.submit(case_id, of_case(report("t2.review", "fulfilled", agency="mlspp"), case_id, clock))
    await when(ledger, case_id, "answered")
    state = await state_of(ledger, case_id)
    assert [track.outcome for track in state.tracks] == ["refused", "satisfied"]
    assert (await session.execute(case_id, applicant.rate("t1", 2))).accepted

    history = [event.payload for event in await ledger.history(case_id)]
    assert sum(isinstance(payload, ClockSuspended) for payload in history) == 1
    assert sum(isinstance(payload, CommandRefused) for payload in history) == 3
    (objection,) = (payload for payload in history if isinstance(payload, ObjectionRaised))
    (annotation,) = (payload for payload in history if isinstance(payload, CaseAnnotated))
    async with database.transaction() as connection:
        key = await vault.data_key(connection, key_id_of(objection.sealed))
    assert key.open(objection.sealed).decode() == "Razı deyiləm"
    assert key.open(annotation.sealed_note).decode() == "Zəng etdi"


async def test_the_commission_instructs_by_the_command_line(
    vahid, agencies, ledger, case_id, database, clock
):
    status, result = await vahid(
        "extend", case_id, "--days", "900", "--reason", "other", "--command-id", "e-1"
    )
    assert (status, result) == (0, {"accepted": True, "code": "accepted", "allowed": "", "command_id": "e-1"})
    status, result = await vahid(
        "extend", case_id, "--days", "900", "--reason", "other", "--command-id", "e-1"
    )
    assert (status, result["code"]) == (0, "accepted")
    status, result = await vahid("extend", case_id, "--days", "9", "--reason", "other")
    assert (status, result["code"]) == (1, "extend.extended_already") and result["allowed"]

    async def on_the_agenda() -> str | None:
        found = await list_cases(
            database, CaseFilter(agenda=True), Moment.of(RULES.calendar, clock.now()), 50
        )
        return next((case.tasks[0] for case in found if case.case_id == case_id), None)

    item = await until(on_the_agenda, "the silent agency is on the agenda")
    status, listed = await vahid("list", "--tasks", "--status", "open")
    assert case_id in {case["case_id"] for case in listed}

    decide = ("decide", case_id, item, "--instruct", "mlspp", "--within", "90", "--note", "-")
    status, result = await vahid(*decide, by="staff", note="Dərhal")
    assert status == 1 and "forbidden: " in result
    status, result = await vahid(*decide, by="commission", note="Dərhal")
    assert (status, result["accepted"]) == (0, True)
    state = await when(ledger, case_id, "dispatched", "t2.instruction")
    assert (state.tracks[1].purpose, state.tracks[1].about) == ("instruction", "t1.examine")
    status, result = await vahid(*decide, by="commission", note="Dərhal")
    assert (status, result["code"]) == (1, "decide.no_agenda_item")

    status, result = await vahid("revise-calendar", "--all-open")
    assert (status, result["refused"], result["no_outcome"], result["unrevised"]) == (0, 0, 0, [])
    assert result["accepted"] >= 1
    status, clocks = await vahid("why", case_id, "t2.instruction")
    norm = next(clock for clock in clocks if clock["kind"] == "service_norm")
    assert status == 0 and norm["calendar"] == f"az@{load().calendar.version}"  # holidays have moved it
    assert norm["why"]["due_at"] == norm["due_at"]

    status, shown = await vahid("show", case_id)
    decided = {task["id"]: task.get("decision") for task in shown["case"]["tasks"]}
    assert (status, decided[item]) == (0, "instructed")  # further deadlines may have put further items there
    assert "Dərhal" not in json.dumps(shown, ensure_ascii=False)
    status, result = await vahid("resume", str(uuid.uuid4()), "t1.examine")
    assert (status, result["code"]) == (1, "case.unknown")


async def test_a_case_is_split_and_joined_again_and_each_track_is_taken_once(
    vahid, cases, ledger, agencies, clock, temporal, tmp_path, monkeypatch
):
    case_id, person = str(uuid.uuid4()), str(uuid.uuid4())
    brought = of_case(of_person(receive(SEQUENTIAL, PARALLEL), person), case_id, clock)
    await cases.submit(case_id, brought)
    before = await when(ledger, case_id, "dispatched", "t2.medical")
    armed = tmp_path / "failpoints"
    armed.mkdir()
    monkeypatch.setenv("VAHID_FAILPOINTS_DIR", str(armed))
    for point in ("case.hand_over.before_signal", "case.hand_over.after_signal"):
        (armed / point).write_text("error")

    split = ("split", case_id, "t2", "--command-id", "once")
    assert [(await vahid(*split))[0] for _ in range(2)] == [0, 0]
    await events_of(ledger, case_id, TracksDelivered)
    (handed,) = await events_of(ledger, case_id, TracksHandedOver)
    taker = handed.hand_over.to_case
    await when(ledger, taker, "dispatched", "t1.medical")
    assert len(list(armed.glob("*.fired.*"))) == 2
    (taken,) = await events_of(ledger, taker, TracksTakenOver)
    assert taken.clock == before.clock
    norms = {(sent.step, sent.clocks) for sent in await events_of(ledger, taker, StepDispatched)}
    assert norms == {(f"t1.{code}", before.step(f"t2.{code}").clocks) for code in ("social", "medical")}
    status, shown = await vahid("show", taker)
    assert (status, shown["case"]["tracks"][0]["taken_from"]) == (0, case_id)

    other = str(uuid.uuid4())
    await cases.submit(other, of_case(of_person(receive(SEQUENTIAL), "somebody-else"), other, clock))
    await when(ledger, other, "dispatched", "t1.examine")
    assert (await vahid("join", other, case_id))[1]["code"] == "join.other_applicant"
    assert (await vahid("join", taker, str(uuid.uuid4())))[1]["code"] == "case.unknown"

    status, result = await vahid("join", taker, case_id)
    assert (status, result["accepted"]) == (0, True)
    assert await finished(temporal, taker) is None
    (ended,) = await events_of(ledger, taker, CaseHandedOver)
    assert ended.opening == 1
    await when(ledger, case_id, "dispatched", "t3.medical")
    for key, agency, attempt in (
        ("t1.examine", "moh", 1),
        ("t1.decide", "mlspp", 1),
        ("t3.social", "mlspp", 3),
        ("t3.medical", "moh", 3),
    ):
        done = report(key, "fulfilled", agency=agency, attempt=attempt)
        await cases.submit(case_id, of_case(done, case_id, clock))
    await finished(temporal, case_id)
    (answer,) = await events_of(ledger, case_id, CaseAnswered)
    assert (answer.outcome, answer.tracking_numbers) == ("satisfied", (brought.appeal.tracking_number,))
    assert {attempt for _, attempt in sent_to(agencies, case_id, "t3.medical")} == {3}


async def events_of(ledger, case_id, kind):
    async def found():
        return [e.payload for e in await ledger.history(case_id) if isinstance(e.payload, kind)]

    return await until(found, f"{kind.__name__} in {case_id}")


def sent_to(agencies, case_id, step):
    return [(sent.agency_id, sent.attempt) for sent in agencies.sent_of(case_id) if sent.step == step]
