"""The statement that writes a batch, as it was read, and what it is given.

tests/integration/ledger/test_appending.py runs it. After a change of the tables or of the statement, write it
anew with `python -m tests.unit.ledger.test_appending`, and read the difference.
"""

from pathlib import Path

import pytest

from ledger.appending import STATEMENT, ReadModel, rows_of
from ledger.chain import canonical
from ledger.messages import event_id
from schemas.case_events import RecordedEvent
from tests.builders import RULES, SEQUENTIAL, appeal, later, receive
from tests.unit.statements import laid_out, text_of
from workflows.case.decide.decider import decide_all
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.state import CaseState

AS_READ = Path(__file__).with_name("appending.sql")
BEFORE = CaseState(case_id=appeal().case_id)


@pytest.fixture
def proposed() -> tuple[RecordedEvent, ...]:
    return decide_all(BEFORE, [receive(SEQUENTIAL)], later(0), RULES)


def test_the_statement_is_the_one_that_was_read() -> None:
    assert text_of(STATEMENT) == " ".join(AS_READ.read_text().split())


def test_entries_and_messages_are_given_column_by_column(proposed) -> None:
    rows = rows_of(proposed, None)
    assert rows["events_case_id"] == [BEFORE.case_id] * len(proposed)
    assert rows["events_seq"] == list(range(1, len(proposed) + 1))
    assert rows["events_type"] == [event.payload.type for event in proposed]
    assert rows["events_recorded_at"] == [later(0)] * len(proposed)
    assert rows["events_cause"] == [event.cause for event in proposed]
    assert rows["events_entry"] == [canonical(event) for event in proposed]
    assert rows["events_hash"] == [event.hash for event in proposed]
    assert rows["events_prev_hash"] == ["0" * 64, *rows["events_hash"][:-1]]
    assert rows["outbox_key"] == [BEFORE.case_id] * len(proposed)
    for value, event, entry in zip(rows["outbox_value"], proposed, rows["events_entry"], strict=True):
        assert event_id(event.case_id, event.seq).encode() in value
        assert value.endswith(f'"data":{entry}}}'.encode())


def test_the_read_model_is_given_or_none(proposed) -> None:
    after = fold(BEFORE, proposed)
    case, tracks, steps = case_row(after, later(0)), track_rows(after), step_rows(after)
    rows = rows_of(proposed, ReadModel(case, tracks, steps))
    for name, given in (("cases", [case]), ("tracks", tracks), ("steps", steps)):
        columns = {
            name_.removeprefix(f"{name}_"): values
            for name_, values in rows.items()
            if name_.startswith(f"{name}_")
        }
        assert columns == {column: [row[column] for row in given] for column in given[0]}
    nothing = rows_of(proposed, None)
    assert rows["gone"] == nothing["gone"] == []
    assert rows_of(proposed, ReadModel(case, gone=("t1.b",)))["gone"] == ["t1.b"]
    assert {name for name, values in nothing.items() if not values} == {
        name for name in nothing if not name.startswith(("events_", "outbox_"))
    }


if __name__ == "__main__":
    AS_READ.write_text(laid_out(text_of(STATEMENT)))
