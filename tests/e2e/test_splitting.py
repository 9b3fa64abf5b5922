"""A track gets its own case by the command line: both cases answer, and both notify the applicant."""

import csv
import io
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.e2e.installation import CALM, Installation

PERSON = {"surname": "Bölünən", "name": "Kəs", "phone": "+994552000077", "fin": "8DCMN2T"}
SLOW, BRISK = CALM | {"duration_scale": 100_000}, CALM | {"duration_scale": 1}

ANSWERED = "SELECT outcome FROM ledger.cases WHERE case_id = $1 AND status = 'answered'"
OTHER_CASE = """
    SELECT entry::jsonb #>> '{payload,hand_over,to_case}' FROM ledger.events
    WHERE case_id = $1 AND type = 'az.vahid.tracks.handed_over.v1'
"""
NOTIFIED = """
    SELECT count(*) FROM notifier.notifications
    WHERE case_id = $1 AND kind = 'answer' AND channel = 'sms' AND state = 'sent'
"""


@asynccontextmanager
async def _slow_examination(installation: Installation) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """The examining agency is very slow, and fast once the function that this yields is called."""
    await installation.change_behaviour("mlspp", BRISK)
    await installation.change_behaviour("moh", SLOW)
    try:
        yield lambda: installation.change_behaviour("moh", BRISK)
    finally:
        await installation.change_behaviour("moh", BRISK)


async def _dispatched(installation: Installation, case_id: str, step: str) -> None:
    query = "SELECT true FROM ledger.steps WHERE case_id = $1 AND step = $2 AND reference IS NOT NULL"
    await installation.wait_for(query, case_id, step)


async def test_either_case_answers_its_track(installation: Installation) -> None:
    async with _slow_examination(installation) as hurry:
        services = ["vocational-training", "disability-assessment"]
        response = await installation.submit(f"split-{uuid.uuid4()}", services=services, applicant=PERSON)
        case_id = await installation.case_of(response)
        await _dispatched(installation, case_id, "t2.examination")
        await hurry()
        split = installation.vahid("case", "split", case_id, "t2", "--json")
        assert split.returncode == 0, split.stdout + split.stderr
    other_case = await installation.wait_for(OTHER_CASE, case_id)
    for case in (case_id, other_case):
        assert await installation.wait_for(ANSWERED, case)
        assert await installation.wait_for(NOTIFIED, case) == 1
    shown = json.loads(installation.vahid("case", "show", other_case, "--json").stdout)
    assert [track["taken_from"] for track in shown["case"]["tracks"]] == [case_id]


async def test_the_export_shows_the_outcome_of_the_case_that_took_over(
    installation: Installation,
) -> None:
    async with _slow_examination(installation) as hurry:
        key, person = f"moved-{uuid.uuid4()}", PERSON | {"fin": "8DCMN3T"}
        response = await installation.submit(key, services=["disability-assessment"], applicant=person)
        case_id = await installation.case_of(response)
        await _dispatched(installation, case_id, "t1.examination")
        await hurry()
        assert installation.vahid("case", "split", case_id, "t1").returncode == 0
    other_case = await installation.wait_for(OTHER_CASE, case_id)
    outcome = await installation.wait_for(ANSWERED, other_case)
    exported = csv.DictReader(io.StringIO(installation.vahid("export", "appeals").stdout.lstrip("\ufeff")))
    number = response.json()["tracking_number"]
    [row] = [row for row in exported if row["tracking_number"] == number]
    assert (row["case_id"], row["status"], row["outcome"]) == (other_case, "answered", outcome)
