"""The figures of a small history, computed by hand."""

from datetime import timedelta
from typing import Any

from tests.builders import MONDAY
from vahid.demo.figures import Figures, figures


def _at(hours: float) -> str:
    return (MONDAY + timedelta(hours=hours)).isoformat()


def _entry(hours: float, name: str, **payload: Any) -> dict[str, Any]:
    return {"recorded_at": _at(hours), "payload": {"type": f"az.vahid.{name}.v1", **payload}}


def _dispatched(hours: float, step: str, agency: str, due: float) -> dict[str, Any]:
    clocks = [
        {"kind": "acknowledgement", "due_at": _at(hours + 1)},
        {"kind": "service_norm", "due_at": _at(due)},
    ]
    return _entry(hours, "step.dispatched", step=step, agency_id=agency, attempt=1, clocks=clocks)


def _end(hours: float, name: str, step: str, received: float) -> dict[str, Any]:
    return _entry(hours, name, step=step, status={"received_at": _at(received)})


def _opened(hours: float, channel: str, name: str = "case.opened") -> dict[str, Any]:
    return _entry(hours, name, appeal={"channel": channel})


ANSWERED = [
    _opened(0, "online"),
    _entry(0, "track.opened", passport={"code": "x"}),
    _dispatched(0, "t1.examine", "moh", due=10),
    _opened(1, "on_site", "appeal.joined"),
    _entry(5, "deadline.reminded", subject="t1.examine"),
    _entry(6, "step.information_requested", step="t1.examine"),
    _entry(10, "deadline.escalated", subject="t1.examine"),
    _end(12, "step.fulfilled", "t1.examine", received=11),  # an hour late
    _dispatched(12, "t1.decide", "mlspp", due=40),
    _end(15, "step.forwarded", "t1.decide", received=15),
    _dispatched(15, "t1.decide", "nasimi-executive", due=50),
    _end(21, "step.refused", "t1.decide", received=20),
    _entry(21, "track.answered", service="disability-assessment", outcome="partly_satisfied"),
    _entry(21, "case.answered", outcome="partly_satisfied", in_time=False),
]
TRIAGED = [
    _opened(0, "online"),
    _entry(0, "track.opened", passport=None),
    _dispatched(0, "t1.triage", "centre", due=30),
    _entry(3, "appeal.placed", step="t1.triage"),
    _entry(3, "track.opened", passport={"code": "y"}),
    _dispatched(3, "t2.social", "mlspp", due=40),
]


def test_a_history_in_numbers() -> None:
    found = figures([ANSWERED, TRIAGED])
    assert (found.cases, found.appeals, found.joined, found.triaged) == (2, 3, 1, 1)
    assert (found.answered, found.answered_late, found.reminders, found.escalations) == (1, 1, 1, 1)
    assert found.channels == {"online": 2, "on_site": 1}
    assert found.outcomes == {"partly_satisfied": 1}
    assert found.services == {"disability-assessment": {"partly_satisfied": 1}}


def test_each_agency_in_numbers() -> None:
    payloads = figures([ANSWERED, TRIAGED]).as_json()["agencies"]
    counted = ("fulfilled", "refused", "forwarded", "information", "late", "open", "escalations")
    nothing = dict.fromkeys(counted, 0)
    assert payloads == {
        "centre": {**nothing, "assignments": 1, "fulfilled": 1, "median_hours": 3.0},
        "mlspp": {**nothing, "assignments": 2, "forwarded": 1, "open": 1, "median_hours": 3.0},
        "moh": {
            **nothing,
            "assignments": 1,
            "fulfilled": 1,
            "information": 1,
            "late": 1,
            "escalations": 1,
            "median_hours": 11.0,
        },
        "nasimi-executive": {**nothing, "assignments": 1, "refused": 1, "median_hours": 5.0},
    }


def test_shares_are_of_what_agencies_were_sent() -> None:
    shares = figures([ANSWERED, TRIAGED]).shares()
    assert shares == {"late": 25.0, "forwarded": 25.0, "refused": 25.0, "information": 25.0}


def test_nothing_in_numbers() -> None:
    assert set(Figures().shares().values()) == {0.0}
    assert figures([]).as_json() == Figures().as_json()


def test_an_end_that_was_undone_is_not_counted_and_its_agency_has_the_step_again() -> None:
    undone = [
        *ANSWERED[:3],
        _end(12, "step.fulfilled", "t1.examine", received=11),
        _entry(13, "step.corrected", step="t1.examine", undone="fulfilled", task=""),
    ]
    found = figures([undone]).agencies["moh"]
    assert (found.fulfilled, found.late, found.hours, found.open) == (0, 0, [], 1)


def test_a_forward_that_was_undone_takes_the_step_from_who_got_it() -> None:
    undone = [
        *ANSWERED[:3],
        _end(4, "step.forwarded", "t1.examine", received=4),
        _dispatched(4, "t1.examine", "mlspp", due=20),
        _entry(5, "step.corrected", step="t1.examine", undone="forwarded", task="", attempt=1),
        _end(5, "step.fulfilled", "t1.examine", received=3),
    ]
    found = figures([undone]).agencies
    assert (found["moh"].forwarded, found["moh"].fulfilled, found["moh"].hours) == (0, 1, [3])
    assert (found["mlspp"].open, found["mlspp"].hours) == (0, [1])
