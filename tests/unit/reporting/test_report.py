"""The report of a small history, counted by hand, by the report and by its recomputation."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from reporting.figures import figures
from reporting.page import page
from reporting.recomputation import case_event, differences, recompute
from schemas.case_events import RecordedEvent
from tests.builders import RULES, later
from tests.hand_overs import as_messages, parted
from tests.packaged import packaged
from tests.unit.reporting.comparing import DAYS

DAY = 24
AS_OF = later(9 * DAY)  # Wednesday, 1 September


def _clock(kind: str, due: float) -> dict[str, Any]:
    started, ends = later(0).isoformat(), later(due).isoformat()
    return {
        "kind": kind,
        "started_at": started,
        "working_days": 5,
        "due_at": ends,
        "legal_basis": "law",
        "calendar": "az@1",
    }


def _appeal(number: int, channel: str, hours: float, person: str | None) -> dict[str, Any]:
    identity = f"00000000-0000-0000-0000-{number:012}"
    return {
        "appeal_id": identity,
        "case_id": identity,
        "tracking_number": f"VHD-{number}",
        "channel": channel,
        "received_at": later(hours).isoformat(),
        "applicant_index": person,
        "receipt_digest": "0",
        "sealed": "sealed",
    }


def _history(number: int, *entries: tuple[float, str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "case_id": f"00000000-0000-0000-0000-{number:012}",
            "seq": seq,
            "recorded_at": later(hours).isoformat(),
            "cause": f"c{seq}",
            "actor": {"kind": "system", "id": "vahid"},
            "payload": {"type": f"az.vahid.{name}.v1", **payload},
            "prev_hash": "",
            "hash": "",
        }
        for seq, (hours, name, payload) in enumerate(entries, 1)
    ]


def _status(hours: float, status: str) -> dict[str, Any]:
    reported = {
        "status_id": f"{status}-{hours}",
        "agency_id": "mlspp",
        "case_id": f"00000000-0000-0000-0000-{1:012}",
        "step": "t1.x",
        "attempt": 1,
        "status": status,
        "raw_code": "X",
        "occurred_at": later(hours).isoformat(),
        "received_at": later(hours).isoformat(),
        "via": "webhook",
    }
    return {"step": "t1.x", "status": reported}


def _dispatched(step: str, agency: str, due: float) -> dict[str, Any]:
    clocks = [_clock("acknowledgement", 2), _clock("service_norm", due)]
    return {"step": step, "attempt": 1, "agency_id": agency, "clocks": clocks}


def _track(service: str, agency: str) -> dict[str, Any]:
    return {"track": "t1", "service": service, "lead_agency": agency, "steps": []}


# Monday to Tuesday of the next week; the applicant was asked from Wednesday to Friday; due on Friday.
ANSWERED = _history(
    1,
    (
        0,
        "case.opened",
        {
            "opening": 1,
            "appeal": _appeal(1, "call_centre", 0, "p"),
            "clock": _clock("statutory_term", 20 * DAY),
        },
    ),
    (0, "track.opened", _track("employment", "mlspp")),
    (0, "step.dispatched", _dispatched("t1.x", "mlspp", 4 * DAY)),
    (DAY, "appeal.joined", {"appeal": _appeal(2, "online", DAY, "p")}),
    (2 * DAY, "step.information_requested", _status(2 * DAY, "information_requested")),
    (4 * DAY, "step.progressed", _status(4 * DAY, "in_progress")),
    (
        4 * DAY,
        "deadline.escalated",
        {
            "subject": "t1.x",
            "deadline": "1",
            "level": "head",
            "told": ["head"],
            "due_at": later(96).isoformat(),
        },
    ),
    (8 * DAY, "step.fulfilled", {**_status(8 * DAY, "fulfilled"), "in_time": False}),
    (
        8 * DAY,
        "track.answered",
        {
            "track": "t1",
            "service": "employment",
            "lead_agency": "mlspp",
            "outcome": "satisfied",
            "legal_basis": "law",
            "results": [],
        },
    ),
    (
        8 * DAY,
        "case.answered",
        {"opening": 1, "outcome": "satisfied", "tracking_numbers": [], "in_time": True},
    ),
)
# Nobody has placed it yet, and its term ended on Monday.
WAITING = _history(
    3,
    (
        0,
        "case.opened",
        {"opening": 1, "appeal": _appeal(3, "online", 0, None), "clock": _clock("statutory_term", 7 * DAY)},
    ),
    (0, "track.opened", _track("triage", "centre")),
    (0, "step.dispatched", _dispatched("t1.triage", "centre", 3 * DAY)),
    (
        10 * DAY,
        "case.answered",
        {"opening": 1, "outcome": "refused", "tracking_numbers": [], "in_time": False},
    ),
)


def _plain() -> dict[str, Any]:
    histories = [
        [RecordedEvent.model_validate(entry) for entry in history] for history in (ANSWERED, WAITING)
    ]
    return figures(histories, AS_OF, RULES.calendar).plain()


def _messages() -> list[dict[str, Any]]:
    return [{"subject": entry["case_id"], "data": entry} for entry in (*ANSWERED, *WAITING)]


def test_persons_are_counted_once_and_appeals_each() -> None:
    found = _plain()
    assert (found["persons"], found["appeals"], found["cases"], found["joined"]) == (2, 3, 2, 1)
    assert found["channels"] == {
        "call_centre": {"persons": 1, "appeals": 1},
        "online": {"persons": 1, "appeals": 2},
    }


def test_late_answers_and_the_time_to_answer() -> None:
    found = _plain()
    assert found["answers"] == {"answered_in_time": 1, "open_late": 1}
    assert found["time_to_answer"] == {"median_days": 6, "p90_days": 6}
    assert (found["agencies"]["mlspp"]["late"], found["agencies"]["centre"]["open"]) == (1, 1)
    assert found["levels"] == {"head": 1} and found["agencies"]["mlspp"]["escalations"] == 1


@pytest.mark.parametrize("tracks", [("t2",), ("t1", "t2")], ids=["some", "all"])
@pytest.mark.parametrize("hours", [24.5, 30, 100])
def test_what_another_case_took_over_is_asked_once_and_answered_there(
    tracks: tuple[str, ...], hours: float
) -> None:
    histories = parted(*tracks)
    found = figures(histories, later(hours), RULES.calendar).plain()
    assert differences(found, recompute(as_messages(*histories), later(hours), DAYS)) == []
    assert (found["appeals"], found["persons"]) == (1, 1)
    if hours == 100:
        assert found["directions"] == {
            "disability-assessment": {"asked": 1, "satisfied": 1},
            "psychological-support": {"asked": 1, "satisfied": 1},
        }
        assert found["outcomes"] == {"satisfied": 3 - len(tracks)}
        assert found["answers"] == {"answered_in_time": 3 - len(tracks)}


def test_each_day_is_charged_to_whoever_had_the_step() -> None:
    assert _plain()["days_charged"] == {"agency": 4, "applicant": 2, "centre": 7}


def test_the_recomputation_from_messages_agrees() -> None:
    assert differences(_plain(), recompute(_messages() * 2, AS_OF, DAYS)) == []


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda messages: messages.pop(3), "appeals"),
        (
            lambda messages: messages[7]["data"]["payload"]["status"].update(
                received_at=later(4 * DAY).isoformat()
            ),
            "days_charged",
        ),
        (lambda messages: messages[0]["data"]["payload"]["appeal"].update(channel="mobile"), "channels"),
    ],
)
def test_what_differs_is_named(spoil: Callable[[list[Any]], Any], named: str) -> None:
    messages = json.loads(json.dumps(_messages()))
    spoil(messages)
    assert any(line.startswith(named) for line in differences(_plain(), recompute(messages, AS_OF, DAYS)))


def _record(**changes: Any) -> tuple[bytes, bytes]:
    event = ANSWERED[0]
    whole = {
        "specversion": "1.0",
        "type": event["payload"]["type"],
        "subject": event["case_id"],
        "data": event,
    }
    return event["case_id"].encode(), json.dumps({**whole, **changes}).encode()


def test_what_the_ledger_published_is_a_case_event() -> None:
    event = case_event(*_record())
    assert event is not None and event["data"] == ANSWERED[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (_record()[0], None),
        (_record()[0], b"\xff\xfe"),
        (_record()[0], b"[" * 100_000),
        (_record()[0], b"[]"),
        (b"another case", _record()[1]),
        (None, _record()[1]),
        _record(data={}),
        _record(specversion="9.9"),
        _record(subject="another case"),
        _record(type="az.vahid.nothing.known.v1"),
    ],
)
def test_what_no_ledger_wrote_is_no_case_event(key: bytes | None, value: bytes | None) -> None:
    assert case_event(key, value) is None


def test_both_count_the_same_working_days_also_saturdays_that_are_worked() -> None:
    calendar = packaged().calendar
    days = [date(2021, 1, 1) + timedelta(days=n) for n in range(366 * 4)]
    assert [day for day in days if DAYS.is_worked(day) != calendar.is_working_day(day)] == []
    assert any(day.weekday() == 5 and DAYS.is_worked(day) for day in days)


def test_an_empty_installation_has_a_report() -> None:
    assert differences(figures([], AS_OF, RULES.calendar).plain(), recompute([], AS_OF, DAYS)) == []


def test_the_page_needs_no_network_and_has_a_table_beside_each_chart() -> None:
    html = page(_plain(), AS_OF)
    assert "http" not in html and "<script" not in html
    assert html.count("<svg") == html.count("<table") == 6
    assert html.count("<b>3</b>") == 1
