"""How cases look in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console

from kit.rows import Rows
from schemas.case_events import event_name
from workflows.case.clocks import due_of
from workflows.case.state import CaseState, StepState, TaskState, TrackState

_SETTLES = {
    "contradictory_ends": "settle {task} confirm: the first end is undone; dismiss: it stands",
    "correction": "settle {task} confirm: the end is undone; dismiss: it stands",
    "repeat_appeal": "place {subject}; or settle {task} confirm: it is left unconsidered",
    "likely_duplicate": "place {subject}; or report {subject} refused; or settle {task} dismiss",
    "undelivered_message": "tell the agency by other means, then settle {task} confirm; or dismiss",
    "agenda": "decide {task}, with --instruct BODY --within DAYS to have something done",
}
"""What `vahid case …` settles a task of each kind."""


def case_rows(rows: Sequence[Mapping[str, Any]]) -> Rows:
    """The list of cases."""
    columns = ("tracking number", "case", "status", "waiting for", "opened", "due", "late", "tasks")
    return Rows(columns, [_case_row(row) for row in rows])


def show_case(console: Console, found: Mapping[str, Any]) -> None:
    """A whole case: a line, its term, what a person must decide, tracks, steps, suspensions, history."""
    case, now = CaseState.model_validate(found["case"]), found["now"]
    numbers = ", ".join(appeal.tracking_number for appeal in case.appeals)
    title = f"Case {case.case_id} · {numbers} · {case.outcome or case.status}"
    console.print(title, style="bold", markup=False, highlight=False, soft_wrap=True)
    for line in (term_of(case, now), *documents_of(case)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for rows in (task_rows(case), track_rows(case), step_rows(case, now), suspension_rows(case)):
        if rows.rows:
            rows.show(console)
    _history(found["history"]).show(console)


def term_of(case: CaseState, now: datetime) -> str:
    """The statutory term of a case in a sentence."""
    clock = case.clock
    if clock is None:
        return "No statutory term."
    text = f"Statutory term: due {_instant(clock.due_at)}, {clock.working_days} working days"
    if clock.extension_days:
        text += f" and {clock.extension_days} by extension ({clock.extension_basis})"
    late = case.status == "open" and now > clock.due_at
    return f"{text} · late" if late else text


def documents_of(case: CaseState) -> Iterator[str]:
    """How many documents were added, if any were."""
    if case.attachments:
        yield f"Documents added: {len(case.attachments)}, see `vahid case documents`."


def task_rows(case: CaseState) -> Rows:
    """What a person must decide, and then what was decided."""
    ordered = sorted(case.tasks, key=lambda task: task.decision is not None)
    return Rows(
        ("task", "before", "legal basis", "decision", "settled by: vahid case …"),
        [
            (task.id, task.before, task.legal_basis or "", task.decision or "open", _settled_by(task))
            for task in ordered
        ],
    )


def track_rows(case: CaseState) -> Rows:
    """The tracks, each with its own outcome: partial is shown as partial."""
    columns = ("track", "service", "purpose", "lead agency", "outcome", "applicant", "passport")
    return Rows(columns, [_track(track) for track in case.tracks])


def step_rows(case: CaseState, now: datetime) -> Rows:
    """The steps. One whose clock stands still has no deadline and is not late."""
    services = {track.key: track.service for track in case.tracks}
    rows = [
        (
            step.key,
            services[step.track],
            step.agency_id,
            step.status,
            step.reference or "",
            _instant(_due(step)),
            "late" if _is_late(step, now) else "",
        )
        for step in case.steps
    ]
    return Rows(("step", "service", "agency", "status", "reference", "due", "late"), rows)


def suspension_rows(case: CaseState) -> Rows:
    """When clocks stood still, and to whom it is charged."""
    return Rows(("step", "stood from", "to", "charged to", "reason"), list(_suspensions(case)))


def _case_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        row["tracking_number"],
        row["case_id"],
        row["outcome"] or row["status"],
        row["waiting_for"] or "",
        _instant(row["opened_at"]),
        _instant(row["due_at"]),
        "late" if row["late"] else "",
        ", ".join(row["tasks"]),
    )


def _settled_by(task: TaskState) -> str:
    return "" if task.decision else _SETTLES[task.kind].format(task=task.id, subject=task.subject)


def _track(track: TrackState) -> tuple[str, ...]:
    purpose: str = track.purpose or ("service" if track.passport else "triage")
    purpose += f" of {track.about}" if track.about else ""
    said = ["objected" if track.objected else "", f"rated {track.score}" if track.score else ""]
    return (
        track.key,
        track.service,
        purpose + (f", from {track.taken_from}" if track.taken_from else ""),
        track.lead_agency,
        _outcome(track),
        ", ".join(filter(None, said)),
        track.passport.version[:12] if track.passport else "",
    )


def _outcome(track: TrackState) -> str:
    """What became of it here; the case that took it over answers it."""
    if track.handed_to is not None:
        return f"handed over to {track.handed_to}"
    return "placed" if track.placed else track.outcome or "open"


def _due(step: StepState) -> datetime | None:
    return None if any(clock.suspended for clock in step.clocks) else due_of(step)


def _is_late(step: StepState, now: datetime) -> bool:
    """An open step past its deadline, or one that came to its end after it."""
    if step.ended or step.status == "waiting":
        return step.in_time is False
    due_at = _due(step)
    return due_at is not None and now > due_at


def _suspensions(case: CaseState) -> Iterator[tuple[str, ...]]:
    for step in case.steps:
        for clock in step.clocks:
            for one in clock.suspensions:
                until = _instant(one.until) or "stands still"
                yield step.key, _instant(one.since), until, one.charged_to, one.reason


def _history(entries: Sequence[Mapping[str, Any]]) -> Rows:
    columns = ("seq", "recorded at", "event", "about", "actor", "cause")
    return Rows(columns, [_entry(entry) for entry in entries])


def _entry(entry: Mapping[str, Any]) -> tuple[str, ...]:
    payload = entry["payload"]
    return (
        str(entry["seq"]),
        _instant(entry["recorded_at"]),
        event_name(payload["type"]),
        _about(payload),
        f"{entry['actor']['kind']} {entry['actor']['id']}",
        entry["cause"],
    )


def _about(payload: Mapping[str, Any]) -> str:
    named = (payload.get(what) for what in ("step", "subject", "track", "task", "from_case", "to_case"))
    handed = payload.get("hand_over") or {}
    return next(filter(None, named), "") or (
        handed["to_case"] if isinstance(handed, Mapping) and handed else ""
    )


def _instant(value: datetime | str | None) -> str:
    if value is None:
        return ""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.strftime("%Y-%m-%d %H:%M")
