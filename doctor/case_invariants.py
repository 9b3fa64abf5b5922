"""What must hold of one case: its chain, its replay, its outcomes, its causes, its workflow. Pure."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from doctor.findings import Finding, broken
from ledger.chain import verify
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import CaseAnswered, CaseOpened, CaseReopened
from schemas.hand_over_events import CaseHandedOver, TracksTakenOver
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.state import CaseState

_COMPARE_WITH_WITNESS = "Nothing was written over it; compare the entry with the messages in Kafka."


@dataclass(frozen=True)
class StoredCase:
    """A case as it is stored: its entries, and the rows that show it."""

    case_id: str
    entries: Sequence[str]
    row: Mapping[str, Any] | None
    tracks: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    steps: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def examine_case(case: StoredCase) -> list[Finding]:
    """Everything that is wrong with a stored case."""
    faults = verify(case.entries)
    if faults:
        return [
            broken(fault.code, case.case_id, f"Entry {fault.seq} does not verify.", _COMPARE_WITH_WITNESS)
            for fault in faults
        ]
    if not case.entries:
        sentence = "The case is shown and has no history."
        return [broken("ledger.history_missing", case.case_id, sentence, _COMPARE_WITH_WITNESS)]
    try:
        history = [RecordedEvent.model_validate_json(entry) for entry in case.entries]
    except ValidationError as error:
        sentence = f"An entry is not an event that this version knows ({error.error_count()} faults)."
        return [broken("ledger.entry_unknown", case.case_id, sentence, "Is an older version installed?")]
    found = [*_outcomes(case.case_id, history), *_causes(case.case_id, history)]
    if isinstance(
        history[0].payload, CaseOpened | TracksTakenOver
    ):  # what was never opened cannot be replayed
        found += _replay(case, history)
    return found


def _outcomes(case_id: str, history: Sequence[RecordedEvent]) -> Iterator[Finding]:
    """One terminal outcome for each opening, but for the one that is open."""
    begins = CaseOpened | CaseReopened | TracksTakenOver
    openings = [
        e.payload.opening for e in history if isinstance(e.payload, begins) and e.payload.opening is not None
    ]
    answered = Counter(
        e.payload.opening for e in history if isinstance(e.payload, CaseAnswered | CaseHandedOver)
    )
    if not openings or openings[0] != 1:
        yield broken("case.not_opened", case_id, "The history does not begin with the opening of the case.")
    for opening in openings:
        if answered[opening] > 1:
            yield broken(
                "outcome.doubled", case_id, f"Opening {opening} was answered {answered[opening]} times."
            )
        if answered[opening] == 0 and opening != openings[-1]:
            yield broken("outcome.missing", case_id, f"Opening {opening} was left without an answer.")


def _causes(case_id: str, history: Sequence[RecordedEvent]) -> Iterator[Finding]:
    for event in history:
        if not event.cause.strip() or not event.actor.id.strip():
            yield broken("event.no_cause", case_id, f"Entry {event.seq} names no cause or no actor.")


def _replay(case: StoredCase, history: Sequence[RecordedEvent]) -> Iterator[Finding]:
    """The fold of the history is what the read model shows."""
    state = fold(CaseState(case_id=case.case_id), history)
    if case.row is None:
        yield broken("read_model.missing", case.case_id, "The case has a history and is not shown.")
        return
    expected = case_row(state, case.row["closed_at"])
    yield from _differences(case.case_id, "the case", _plain(expected), _plain(case.row))
    for name, expected_rows, shown_rows, key in (
        ("track", track_rows(state), case.tracks, "track"),
        ("step", step_rows(state), case.steps, "step"),
    ):
        shown = {row[key]: _plain(row) for row in shown_rows}
        for row in expected_rows:
            yield from _differences(case.case_id, f"{name} {row[key]}", _plain(row), shown.pop(row[key], {}))
        for key_left in shown:
            yield broken("read_model.differs", case.case_id, f"{name} {key_left} has no history.")


def _differences(
    case_id: str, what: str, expected: Mapping[str, Any], shown: Mapping[str, Any]
) -> Iterator[Finding]:
    names = sorted(name for name in expected if expected[name] != shown.get(name))
    if names:
        sentence = f"The read model shows {what} otherwise than its replay: {', '.join(names)}."
        yield broken("read_model.differs", case_id, sentence, "Replay the case from the ledger.")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with instants as UTC text, so that only the instant is compared."""
    return {name: _comparable(value) for name, value in row.items()}


def _comparable(value: Any) -> Any:
    if hasattr(value, "timestamp"):
        return value.timestamp()
    if isinstance(value, dict):
        return json.loads(json.dumps(value, sort_keys=True))
    return value
