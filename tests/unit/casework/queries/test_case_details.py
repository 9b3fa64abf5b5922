"""A case in detail: its history in brief says what each event is about."""

from casework.queries.case_details import CaseDetails
from tests.builders import MONDAY
from tests.unit.casework.harness import running

ENTRY = (
    '{"seq": 3, "recorded_at": "2021-08-23T06:00:00Z", "actor": {"kind": "staff", "id": "operator"},'
    ' "cause": "casework/join_case/1", "payload": {"type": "az.vahid.%s.v1", %s}}'
)


def history_of(*entries: tuple[str, str]) -> list[tuple[str, str]]:
    stored = tuple(ENTRY % entry for entry in entries)
    details = CaseDetails.model_validate(
        {"case": running().state, "late": False, "entries": stored, "now": MONDAY}
    )
    return [(entry.event, entry.subject) for entry in details.history]


def test_an_entry_names_what_its_event_is_about() -> None:
    assert history_of(
        ("step.fulfilled", '"step": "t1.examine"'),
        ("task.raised", '"subject": "t1.decide", "task": "agenda/t1.decide/1"'),
        ("tracks.handed_over", '"hand_over": {"to_case": "c-2"}'),
        ("case.opened", '"appeal": {}'),
    ) == [
        ("step.fulfilled", "t1.examine"),
        ("task.raised", "t1.decide"),
        ("tracks.handed_over", "c-2"),
        ("case.opened", ""),
    ]


def test_entries_are_given_as_they_are_stored() -> None:
    details = CaseDetails.model_validate(
        {"case": running().state, "late": False, "entries": [ENTRY % ("a.b", '"new": 1')], "now": MONDAY}
    )
    assert details.entries[0]["payload"] == {"type": "az.vahid.a.b.v1", "new": 1}
