"""A whole run: its oracle, its figures, its report and its doctor agree."""

import json

import pytest

from tests.e2e.conftest import APPEALS
from tests.e2e.installation import Installation

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]


def test_the_oracle_finds_no_contradiction(installation: Installation) -> None:
    oracle = installation.outcome.oracle
    assert oracle.contradictions == []
    assert oracle.counts["receipts"] == APPEALS
    assert oracle.counts["cases"] == installation.outcome.figures.cases
    assert min(oracle.counts.values()) > 0, oracle.counts
    assert installation.outcome.unanswered == 0


def test_the_figures_agree_with_the_run(installation: Installation) -> None:
    figures = installation.outcome.figures
    assert (figures.appeals, figures.answered) == (APPEALS, figures.cases)
    assert figures.cases == APPEALS - figures.joined
    assert figures.triaged > 0 and set(figures.agencies) >= {"moh", "mlspp", "centre"}
    assert sum(agency.endswith("-executive") for agency in figures.agencies) > 1
    assert figures.outcomes.total() == figures.answered


async def test_the_report_recomputed_from_kafka_alone_is_the_same(installation: Installation) -> None:
    await installation.wait_until_idle()
    outcome = installation.outcome
    assert outcome.differences == [] and outcome.examination.exit_code == 0
    assert (outcome.report["appeals"], outcome.report["cases"]) == (APPEALS, outcome.figures.cases)
    verified = installation.vahid("report", "--verify", "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert json.loads(verified.stdout)["differences"] == []


async def test_the_doctor_finds_nothing(installation: Installation) -> None:
    await installation.wait_until_idle()
    examined = installation.vahid("doctor", "--json")
    found = json.loads(examined.stdout)
    assert (examined.returncode, found["exit_code"], found["unreachable"]) == (0, 0, [])
    assert not [finding for finding in found["findings"] if finding["level"] == "broken"]
    assert found["counts"]["cases"] >= installation.outcome.figures.cases
