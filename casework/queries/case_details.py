"""One case: its folded state and its whole history. Nothing personal is opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Json
from sqlalchemy import select

from casework.computed_on_read import is_case_late
from casework.errors import unknown_case
from kit.database import Database
from ledger.store import Ledger
from ledger.tables import cases, events
from schemas.actors import Actor
from schemas.case_events import RecordedEvent, event_name
from schemas.frozen import Frozen, Instant
from workflows.case.evolve.evolver import fold
from workflows.case.state import CaseState

_SUBJECTS = ("step", "subject", "track", "task", "from_case", "to_case")
"""The fields of an event's payload that say what the event is about, in order of precedence."""


class HistoryEntry(Frozen):
    """An entry of a history in brief: `event` is its type's short name, `subject` what it is about."""

    seq: int
    recorded_at: Instant
    event: str
    subject: str
    actor: Actor
    cause: str


class CaseDetails(Frozen):
    """A case as of business time `now`. `entries` are those of the ledger, as stored."""

    case: CaseState
    late: bool
    entries: tuple[Json[dict[str, Any]], ...]
    now: Instant

    @property
    def history(self) -> tuple[HistoryEntry, ...]:
        """The history in brief."""
        return tuple(_entry(entry) for entry in self.entries)


async def read_case(database: Database, case: str, now: datetime) -> CaseDetails:
    """The case with that id, or with an appeal of that tracking number.

    Raises:
        PermanentError: `case.unknown`.
    """
    case_id = await require_case_id(database, case)
    ledger = Ledger(database)
    row = await ledger.case(case_id)
    entries = await ledger.entries(case_id)
    history = [RecordedEvent.model_validate_json(entry) for entry in entries]
    state = fold(CaseState(case_id=case_id), history)
    due_at = state.clock.due_at if state.clock else None
    # The history may stand where its row is missing: a fault that `vahid doctor` names.
    closed_at = row.closed_at if row else None
    late = is_case_late(due_at, closed_at, state.in_time, now)
    return CaseDetails(case=state, late=late, entries=entries, now=now)


async def require_case_id(database: Database, case: str) -> str:
    """As `find_case_id`.

    Raises:
        PermanentError: `case.unknown`.
    """
    found = await find_case_id(database, case)
    if found is None:
        raise unknown_case(case)
    return found


async def find_case_id(database: Database, case: str) -> str | None:
    """The id of `case`, which is a case id, or the tracking number of an appeal; None where there is none.

    An appeal whose tracks were handed over is in two cases: an open one is preferred, then the older one.
    """
    if not case.isprintable():
        return None  # no id has such characters, and PostgreSQL takes no text with a NUL
    has_number = cases.c.tracking_numbers.contains([case])
    open_first = (cases.c.status == "open").desc(), cases.c.opened_at, cases.c.case_id
    by_id = select(events.c.case_id).where(events.c.case_id == case).limit(1)
    by_number = select(cases.c.case_id).where(has_number).order_by(*open_first).limit(1)
    async with database.transaction() as connection:
        found: str | None = await connection.scalar(by_id) or await connection.scalar(by_number)
    return found


def _entry(entry: Mapping[str, Any]) -> HistoryEntry:
    payload = entry["payload"]
    return HistoryEntry(
        seq=entry["seq"],
        recorded_at=entry["recorded_at"],
        event=event_name(payload["type"]),
        subject=_subject(payload),
        actor=entry["actor"],
        cause=entry["cause"],
    )


def _subject(payload: Mapping[str, Any]) -> str:
    hand_over = payload.get("hand_over")
    named = [payload.get(field) for field in _SUBJECTS]
    named += [hand_over["to_case"]] if isinstance(hand_over, Mapping) and hand_over else []
    return next((str(name) for name in named if name), "")
