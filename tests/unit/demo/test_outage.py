"""The planned outage of one agency, and its effect by the histories."""

from datetime import UTC, datetime, timedelta
from typing import Any

from vahid.demo.outage import CENTRAL, Outage, OutageFigures, outage_figures, planned_outage
from vahid.demo.population import OPENING_WEEKS

MONDAY = datetime(2021, 8, 23, 5, tzinfo=UTC)
OUTAGE = Outage("moh", MONDAY + timedelta(days=1), MONDAY + timedelta(days=3))


def test_the_same_seed_plans_the_same_outage() -> None:
    plans = [planned_outage(MONDAY, OPENING_WEEKS, seed) for seed in range(60)]
    assert plans == [planned_outage(MONDAY, OPENING_WEEKS, seed) for seed in range(60)]
    assert {plan.agency for plan in plans} == set(CENTRAL)
    assert len({plan.begins for plan in plans}) == 10


def test_an_outage_lasts_two_days_of_a_week_in_which_appeals_come() -> None:
    for count in (1, 20, 200, OPENING_WEEKS):
        for seed in range(20):
            plan = planned_outage(MONDAY, count, seed)
            assert plan.ends - plan.begins == timedelta(days=2)
            assert plan.begins.weekday() == 1
            assert plan.begins - MONDAY < timedelta(days=70 if count == OPENING_WEEKS else 9)


def test_the_outage_is_a_setting_of_the_simulated_agencies() -> None:
    assert OUTAGE.as_setting() == {
        "moh": {"begins": "2021-08-24T05:00:00+00:00", "ends": "2021-08-26T05:00:00+00:00"}
    }


def _entry(days: float, name: str, step: str, **payload: Any) -> dict[str, Any]:
    moment = MONDAY + timedelta(days=days)
    fields = {"type": f"az.vahid.{name}.v1", "step": step, "attempt": 1, **payload}
    return {"recorded_at": moment.isoformat(), "payload": fields}


def test_assignments_decided_in_the_outage_and_delivered_later_are_counted() -> None:
    history = [
        _entry(0, "step.dispatched", "t1.before", agency_id="moh"),
        _entry(1.1, "step.dispatched", "t1.x", agency_id="moh"),
        _entry(1.2, "step.dispatched", "t1.y", agency_id="moh"),
        _entry(1.3, "step.dispatched", "t1.other", agency_id="mod"),
        _entry(1.4, "step.delivered", "t1.other"),
        _entry(3.1, "step.delivered", "t1.x"),
        _entry(3.2, "step.delivered", "t1.before"),
    ]
    assert outage_figures(OUTAGE, [history, []]) == OutageFigures(decided=2, delivered_later=1)
