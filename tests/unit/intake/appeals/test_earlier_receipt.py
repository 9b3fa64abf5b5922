"""An appeal that was on paper before is received then: with a ground, not in the future, not too long ago."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bulk.importing.columns import columns
from bulk.importing.rows import appeal_of
from kit.key_files import create_keys
from kit.tracing import new_traceparent
from kit.vault import Vault
from schemas.actors import Actor
from schemas.appeals import AppealReceived
from schemas.envelope import CloudEvent
from services.intake.appeals.acceptance import AppealAcceptance, SubmittedAppeal, compose
from services.intake.appeals.domain import AppealRefused
from services.intake.appeals.earlier_receipt import OLDEST_RECEIPT, acceptable, states_receipt
from services.intake.appeals.submission import Submission
from tests.packaged import packaged
from tests.unit.intake.submissions import KNOWN, body

CALENDAR = packaged().calendar
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
WEEK_AGO = datetime(2026, 5, 24, 20, tzinfo=UTC)
"""The beginning of 25 May in Baku."""


def read(now: datetime = NOW, **changes: Any) -> Submission:
    return acceptable(body(**changes), KNOWN, CALENDAR, now)


def refusal(now: datetime = NOW, **changes: Any) -> tuple[str, str]:
    with pytest.raises(AppealRefused) as refused:
        read(now, **changes)
    (finding,) = refused.value.findings
    return finding.pointer, refused.value.code


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-25", WEEK_AGO),
        ("25.05.2026", WEEK_AGO),
        ("25/05/2026", WEEK_AGO),
        ("2026-05-25T00:00:00+04:00", WEEK_AGO),
        ("2026-05-24T20:00Z", WEEK_AGO),
        (" 2026-05-25\u00a0", WEEK_AGO),
        ("2026-05-24T20:00:00.0009Z", WEEK_AGO),
    ],
)
def test_a_day_or_an_instant_is_read(written: str, meant: datetime) -> None:
    assert read(received_at=written, receipt_ground="post").received_at == meant


@pytest.mark.parametrize(
    "written",
    ["yesterday", "2026-05-25T10:00", "2026-02-30", "20260525", 1779652800, True, ["2026-05-25"],
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-05-25T10:00:00+24:00", "1000-01-01"],
)  # fmt: skip
def test_what_is_no_instant_is_refused(written: object) -> None:
    expected = {"received_at.invalid", "received_at.in_future", "received_at.too_old"}
    pointer, code = refusal(received_at=written, receipt_ground="post")
    assert pointer == "/received_at" and code in expected


def test_day_and_month_in_an_unclear_order_are_refused() -> None:
    assert refusal(received_at="03/02/2026", receipt_ground="post") == ("/received_at", "received_at.unclear")


def test_a_receipt_needs_its_ground_and_a_ground_its_receipt() -> None:
    assert refusal(received_at="2026-05-25") == ("/receipt_ground", "received_at.no_ground")
    assert refusal(receipt_ground="post") == ("/received_at", "received_at.missing")
    assert refusal(received_at="2026-05-25", receipt_ground="because")[0] == "/receipt_ground"
    assert read(received_at="-", receipt_ground="NULL").received_at is None


def test_a_receipt_lies_between_the_limit_and_now() -> None:
    def at(instant: datetime) -> str:
        return instant.isoformat()

    assert (
        refusal(received_at=at(NOW + timedelta(seconds=1)), receipt_ground="post")[1]
        == "received_at.in_future"
    )
    assert read(received_at=at(NOW), receipt_ground="post").received_at == NOW
    oldest = NOW - OLDEST_RECEIPT
    assert read(received_at=at(oldest), receipt_ground="post").received_at == oldest
    earlier = at(oldest - timedelta(seconds=1))
    assert refusal(received_at=earlier, receipt_ground="post")[1] == "received_at.too_old"


def test_a_year_that_the_calendar_does_not_know_counts_no_term() -> None:
    assert CALENDAR.years is not None
    new_year = datetime(CALENDAR.years[0], 1, 2, tzinfo=UTC)
    found = refusal(new_year, received_at=f"{CALENDAR.years[0] - 1}-12-30", receipt_ground="outage")
    assert found == ("/received_at", "received_at.no_calendar")


def test_a_row_has_a_column_for_each() -> None:
    titles = ("surname", "name", "phone", "category", "services", "received_at", "receipt_ground")
    cells = ("Nümunəyev", "Nümunə", "0501234567", "wounded", "employment", "25.05.2026", "paper_register")
    _, appeal = appeal_of(columns(titles, {}), cells)
    assert states_receipt(appeal) and not states_receipt(body())
    found = acceptable(appeal, KNOWN, CALENDAR, NOW)
    assert (found.received_at, found.receipt_ground) == (WEEK_AGO, "paper_register")


def composed(folder: Path, **changes: Any) -> AppealAcceptance:
    create_keys(folder / "keys")
    actor = Actor(kind="channel", id="counter-4")
    sent = body(**changes)
    submitted = SubmittedAppeal(actor, "k1", sent, read(**changes), new_traceparent())
    return compose(submitted, Vault(folder / "keys"), number="VHD-26-0000001-A", now=NOW)


def claims_of(jws: str) -> dict[str, Any]:
    part = jws.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def test_it_is_recorded_with_its_ground_by_whom_and_when(tmp_path: Path) -> None:
    accepted = composed(tmp_path, received_at="2026-05-25", receipt_ground="paper_register")
    event = CloudEvent[AppealReceived].model_validate_json(accepted.message.value).data
    assert (event.received_at, event.recorded_at) == (WEEK_AGO, NOW)
    assert (event.receipt_ground, event.recorded_by) == ("paper_register", "counter-4")
    response = accepted.claim.response
    assert (response.received_at, response.recorded_at, response.receipt_ground) == (
        WEEK_AGO, NOW, "paper_register"
    )  # fmt: skip
    claims = claims_of(response.receipt)
    assert claims["received_at"] == WEEK_AGO.isoformat() and claims["recorded_at"] == NOW.isoformat()
    assert claims["receipt_ground"] == "paper_register"


def test_an_appeal_that_comes_now_says_nothing_of_it(tmp_path: Path) -> None:
    accepted = composed(tmp_path)
    assert accepted.appeal.received_at == NOW
    assert (
        accepted.appeal.recorded_at is accepted.appeal.recorded_by is accepted.appeal.receipt_ground is None
    )
    assert "recorded_at" not in claims_of(accepted.claim.response.receipt)
