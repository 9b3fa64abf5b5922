"""Cases, processes and dead letters of a running installation, by the command line."""

import json

import pytest

from tests.e2e.installation import SERVICES, Installation

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]


def test_cases(installation: Installation) -> None:
    listed = installation.vahid("case", "list", "--status", "answered", "--limit", "1000", "--json")
    rows = json.loads(listed.stdout)
    assert listed.returncode == 0 and len(rows) >= installation.outcome.figures.cases
    assert {row["status"] for row in rows} == {"answered"}
    chosen = rows[0]
    by_number = installation.vahid("case", "show", chosen["tracking_number"], "--json")
    by_id = installation.vahid("case", "show", chosen["case_id"], "--json")
    assert by_number.returncode == by_id.returncode == 0
    shown, again = json.loads(by_number.stdout), json.loads(by_id.stdout)
    assert shown["history"] == again["history"]
    assert [entry["seq"] for entry in shown["history"]] == list(range(1, len(shown["history"]) + 1))
    types = [entry["payload"]["type"] for entry in shown["history"]]
    assert types.count("az.vahid.case.answered.v1") == 1
    assert shown["case"]["status"] == "answered"
    assert all(entry["cause"] and entry["actor"]["id"] for entry in shown["history"])
    unknown = installation.vahid("case", "show", "VHD-21-9999999-X")
    assert (unknown.returncode, unknown.stdout) == (1, "") and "VHD-21-9999999-X" in unknown.stderr


def test_the_stack(installation: Installation) -> None:
    status = installation.vahid("status", "--json")
    processes = {process["name"]: process for process in json.loads(status.stdout)["processes"]}
    assert status.returncode == 0, status.stdout
    assert {*SERVICES, "postgres", "kafka", "temporal", "mail", "sms", "agencies"} <= set(processes)
    assert "agency-moh" in processes["agencies"]["hosts"]
    assert all(process["ready"] and process["pid"] and process["address"] for process in processes.values())


def test_dead_letters(installation: Installation) -> None:
    for consumer in ("router", "notifier", "agency_adapter"):
        listed = installation.vahid("dlq", "ls", consumer, "--json")
        assert listed.returncode == 0 and isinstance(json.loads(listed.stdout), list)
    unknown = installation.vahid("dlq", "ls", "nobody", "--json")
    assert (unknown.returncode, unknown.stdout) == (1, "") and "nobody" in unknown.stderr
    unreachable = installation.vahid("dlq", "ls", "router", VAHID_KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert (unreachable.returncode, unreachable.stdout) == (2, "") and unreachable.stderr
