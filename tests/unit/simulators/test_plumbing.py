import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from simulators.agency.behaviour import AgencyBehaviour
from simulators.agency.webhooks import backoff_seconds, signed
from simulators.clock import BusinessClock
from simulators.command import read_behaviour
from simulators.control import turned
from simulators.faults import draw
from simulators.journal import Journal

SECRET = "whsec_" + "c2VjcmV0" * 4


def test_business_time_runs_by_its_scale() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    clock = BusinessClock.parse(
        json.dumps({"epoch": "2021-08-23T09:00:00+04:00", "started_at": start.isoformat(), "scale": 43200})
    )
    assert clock.at(start + timedelta(seconds=2)) == datetime(2021, 8, 24, 5, tzinfo=UTC)
    assert BusinessClock.parse("").at(start) == start


def test_a_journal_goes_on_after_a_cut_line(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    journal = Journal(path)
    journal.append({"text": "salam"})
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"id": 2, "te')
    again = Journal(path)
    assert again.append({"text": "sağ ol"}) == {"id": 2, "text": "sağ ol"}
    again.close()
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == [1, 2]
    assert again.since(1) == [{"id": 2, "text": "sağ ol"}]


def test_behaviour_are_turned_one_by_one_and_checked() -> None:
    behaviour = turned(AgencyBehaviour(refuse_rate=0.5), {"outage": True})
    assert (
        isinstance(behaviour, AgencyBehaviour)
        and behaviour.outage
        and behaviour.down
        and behaviour.refuse_rate == 0.5
    )
    for wrong in ({"refuse_rate": 2}, {"outge": True}, {"latency_ms": [5, 1]}):
        with pytest.raises(ValidationError):
            turned(behaviour, wrong)


def test_flags_go_before_the_environment() -> None:
    behaviour = read_behaviour(
        AgencyBehaviour(), '{"refuse_rate": 0.2, "late_rate": 0.3}', ["refuse_rate=0.1"]
    )
    assert (behaviour.refuse_rate, behaviour.late_rate) == (0.1, 0.3)


def test_chance_belongs_to_its_subject() -> None:
    assert draw("1", "life", "k").random() == draw("1", "life", "k").random()
    assert draw("1", "life", "k").random() != draw("1", "life", "l").random()


def test_webhooks_are_signed_over_id_time_and_agency() -> None:
    headers = signed(SECRET, "msg_1", '{"id": 1}', datetime.now(UTC))
    assert Webhook(SECRET).verify('{"id": 1}', headers) == {"id": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify('{"id": 2}', headers)


def test_pauses_grow_to_a_limit() -> None:
    assert [backoff_seconds(attempts, 0.5) for attempts in (1, 2, 3, 8, 10_000)] == [0.25, 0.5, 1, 20, 20]
