"""A track gets a case of its own by the command line: both cases answer, and both tell the applicant."""

import csv
import io
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.e2e.installation import Installation

PERSON = {"surname": "Bölünən", "name": "Kəs", "phone": "+994552000077", "fin": "8DCMN2T"}
CALM = {"forward_rate": 0, "information_rate": 0, "late_rate": 0}
"""No chance sends a step to the centre, whose desk nobody sits at."""
SLOW, BRISK = CALM | {"duration_scale": 100_000}, CALM | {"duration_scale": 1}

ANSWERED = "SELECT outcome FROM ledger.cases WHERE case_id = $1 AND status = 'answered'"
TAKER = """
    SELECT body::jsonb #>> '{body,hand_over,to_case}' FROM ledger.events
    WHERE case_id = $1 AND type = 'az.vahid.tracks.handed_over.v1'
"""
TOLD = """
    SELECT count(*) FROM notifier.notifications
    WHERE case_id = $1 AND kind = 'answer' AND channel = 'sms' AND state = 'sent'
"""


@asynccontextmanager
async def _slow_examination(installation: Installation) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Who examines takes years for what comes now, and is brisk from the call of what this gives."""
    await installation.change_behaviour("mlspp", BRISK)
    await installation.change_behaviour("moh", SLOW)
    try:
        yield lambda: installation.change_behaviour("moh", BRISK)
    finally:
        await installation.change_behaviour("moh", BRISK)


async def _dispatched(installation: Installation, case_id: str, step: str) -> None:
    sent = "SELECT true FROM ledger.steps WHERE case_id = $1 AND step = $2 AND reference IS NOT NULL"
    await installation.wait(sent, case_id, step)


async def test_either_case_answers_its_track(installation: Installation) -> None:
    async with _slow_examination(installation) as hurry:
        services = ["vocational-training", "disability-assessment"]
        answer = await installation.hand_in(f"split-{uuid.uuid4()}", services=services, applicant=PERSON)
        case_id = await installation.case_of(answer)
        await _dispatched(installation, case_id, "t2.examination")
        await hurry()
        said = installation.vahid("case", "split", case_id, "t2", "--json")
        assert said.returncode == 0, said.stdout + said.stderr
    taker = await installation.wait(TAKER, case_id)
    for case in (case_id, taker):
        assert await installation.wait(ANSWERED, case)
        assert await installation.wait(TOLD, case) == 1
    shown = json.loads(installation.vahid("case", "show", taker, "--json").stdout)
    assert [track["taken_from"] for track in shown["case"]["tracks"]] == [case_id]


async def test_what_became_of_an_appeal_is_told_of_the_case_that_took_it_over(
    installation: Installation,
) -> None:
    async with _slow_examination(installation) as hurry:
        key, person = f"moved-{uuid.uuid4()}", PERSON | {"fin": "8DCMN3T"}
        answer = await installation.hand_in(key, services=["disability-assessment"], applicant=person)
        case_id = await installation.case_of(answer)
        await _dispatched(installation, case_id, "t1.examination")
        await hurry()
        assert installation.vahid("case", "split", case_id, "t1").returncode == 0
    taker = await installation.wait(TAKER, case_id)
    outcome = await installation.wait(ANSWERED, taker)
    exported = csv.DictReader(io.StringIO(installation.vahid("export", "appeals").stdout.lstrip("\ufeff")))
    number = answer.json()["tracking_number"]
    [row] = [row for row in exported if row["tracking_number"] == number]
    assert (row["case_id"], row["status"], row["outcome"]) == (taker, "answered", outcome)
