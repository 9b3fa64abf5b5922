"""What must hold of one case: its chain, its replay, its outcomes, its causes. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from doctor.findings import Finding, broken
from ledger.chain import differing_columns, verify
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import CaseAnswered, CaseOpened, CaseReopened
from schemas.hand_over_events import CaseHandedOver, TracksTakenOver
from workflows.case.evolve.evolver import fold
from workflows.case.read_model import case_row, step_rows, track_rows
from workflows.case.state import CaseState

_COMPARE_WITH_KAFKA = "Change nothing. Compare the entry with the case's messages in Kafka."


@dataclass(frozen=True)
class StoredCase:
    """A case as it is stored: its entries, and its rows in the read model.

    `columns` are the rows of the entries, whole.
    """

    case_id: str
    entries: Sequence[str]
    row: Mapping[str, Any] | None
    tracks: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    steps: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    columns: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def check_case(case: StoredCase) -> list[Finding]:
    """Everything that is wrong with a stored case."""
    faults = verify(case.entries)
    if faults:
        return [
            broken(fault.code, case.case_id, f"Entry {fault.seq} does not verify.", _COMPARE_WITH_KAFKA)
            for fault in faults
        ]
    if not case.entries:
        sentence = "The read model shows the case, and it has no history."
        return [broken("ledger.history_missing", case.case_id, sentence, _COMPARE_WITH_KAFKA)]
    try:
        history = [RecordedEvent.model_validate_json(entry) for entry in case.entries]
    except ValidationError as error:
        sentence = f"An entry is not an event that this version knows ({error.error_count()} faults)."
        return [broken("ledger.entry_unknown", case.case_id, sentence, "Install the version that wrote it.")]
    found = [*_columns(case), *_outcomes(case.case_id, history), *_causes(case.case_id, history)]
    if isinstance(history[0].payload, CaseOpened | TracksTakenOver):  # otherwise it cannot be replayed
        found += _replay(case, history)
    return found


def _columns(case: StoredCase) -> Iterator[Finding]:
    """Queries read the columns of an entry, so they must say what the entry says."""
    for row in case.columns:
        if names := differing_columns(row):
            sentence = f"Entry {row['seq']} has other columns than content: {', '.join(names)}."
            yield broken("ledger.columns_differ", case.case_id, sentence, "Trust the entry: its hash holds.")


def _outcomes(case_id: str, history: Sequence[RecordedEvent]) -> Iterator[Finding]:
    """One terminal outcome for each opening, but for the one that is open."""
    payloads = [event.payload for event in history]
    begins = (
        payload for payload in payloads if isinstance(payload, CaseOpened | CaseReopened | TracksTakenOver)
    )
    openings = [payload.opening for payload in begins if payload.opening is not None]
    answered = Counter(
        payload.opening for payload in payloads if isinstance(payload, CaseAnswered | CaseHandedOver)
    )
    if not openings or openings[0] != 1:
        yield broken("case.not_opened", case_id, "The history does not begin with an opening.")
    for opening in openings:
        if answered[opening] > 1:
            sentence = f"Opening {opening} was answered {answered[opening]} times."
            yield broken("outcome.doubled", case_id, sentence)
        if answered[opening] == 0 and opening != openings[-1]:
            yield broken("outcome.missing", case_id, f"Opening {opening} ended without an answer.")


def _causes(case_id: str, history: Sequence[RecordedEvent]) -> Iterator[Finding]:
    for event in history:
        if not event.cause.strip() or not event.actor.id.strip():
            yield broken("event.no_cause", case_id, f"Entry {event.seq} names no cause or no actor.")


def _replay(case: StoredCase, history: Sequence[RecordedEvent]) -> Iterator[Finding]:
    """The read model shows what the history folds to."""
    state = fold(CaseState(case_id=case.case_id), history)
    if case.row is None:
        sentence = "The case has a history, and the read model does not show it."
        yield broken("read_model.missing", case.case_id, sentence)
        return
    expected = _since_kept(case_row(state, case.row["closed_at"]), case.row)
    yield from _differences(case.case_id, "the case", _comparable_row(expected), _comparable_row(case.row))
    yield from _rows(case.case_id, "track", track_rows(state), case.tracks)
    yield from _rows(case.case_id, "step", step_rows(state), case.steps)


_KEPT_LATER = frozenset({"at_risk_at", "acknowledge_by"})
"""Columns that a row has only since it was last written."""


def _since_kept(expected: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """What the row must show: one written before a column was kept does not have it."""
    return {
        name: value
        for name, value in expected.items()
        if name not in _KEPT_LATER or row.get(name) is not None
    }


def _rows(
    case_id: str, key: str, expected: Iterable[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]
) -> Iterator[Finding]:
    """The rows of a case's tracks or steps; `key` is the column that names them."""
    shown = {row[key]: _comparable_row(row) for row in rows}
    for row in expected:
        found = shown.pop(row[key], {})
        yield from _differences(case_id, f"{key} {row[key]}", _comparable_row(_since_kept(row, found)), found)
    for name in shown:
        yield broken("read_model.differs", case_id, f"{key} {name} has no history.")


def _differences(
    case_id: str, what: str, expected: Mapping[str, Any], shown: Mapping[str, Any]
) -> Iterator[Finding]:
    names = sorted(name for name in expected if expected[name] != shown.get(name))
    if names:
        sentence = f"The read model shows {what} otherwise than its replay does: {', '.join(names)}."
        remedy = "Trust the history. Find out who wrote to the read model."
        yield broken("read_model.differs", case_id, sentence, remedy)


def _comparable_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose instants are timestamps, so that their time zone does not matter."""
    return {name: _comparable(value) for name, value in row.items()}


def _comparable(value: Any) -> Any:
    if hasattr(value, "timestamp"):
        return value.timestamp()
    if isinstance(value, dict):
        return json.loads(json.dumps(value, sort_keys=True))
    return value
