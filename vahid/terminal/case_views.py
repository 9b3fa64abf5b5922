"""How cases are shown in a terminal and in a pipe."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from casework.computed_on_read import is_step_late, step_due_at
from kit.rows import Rows
from vahid.terminal.console import Console
from vahid.terminal.instants import Instants
from workflows.case.rules import TRIAGE
from workflows.case.state import CaseState, StepState, TaskState, TrackState

if TYPE_CHECKING:
    from casework.queries.case_details import CaseDetails, HistoryEntry
    from casework.queries.case_list import CaseSummary

_SETTLED_BY = {
    "contradictory_ends": "settle {task} confirm to undo the first end, dismiss to keep it",
    "correction": "settle {task} confirm to undo the end, dismiss to keep it",
    "repeat_appeal": "place {subject}, or settle {task} confirm to leave it unconsidered",
    "likely_duplicate": "place {subject}, or report {subject} refused, or settle {task} dismiss",
    "same_person": "join into the earlier case if the person is the same; else place {subject}",
    "inform_applicant": "call or write to the applicant, then settle {task} confirm; or dismiss",
    "undelivered_message": "inform the agency by other means, then settle {task} confirm; or dismiss",
    "agenda": "decide {task}, with --instruct AGENCY --within DAYS to instruct an agency",
}
"""What `vahid case …` settles a task of each kind."""


def case_rows(cases: "Sequence[CaseSummary]", instants: Instants) -> Rows:
    """The list of cases."""
    columns = (
        "tracking number",
        "case",
        "status",
        "waiting for",
        instants.heading("opened"),
        instants.heading("due"),
        "late",
        "tasks",
        "suggestions",
    )
    return Rows(columns, [_case_row(case, instants) for case in cases])


def show_case(console: Console, details: "CaseDetails", instants: Instants) -> None:
    """A whole case: a line, its term, what a person must decide, tracks, steps, suspensions, history."""
    case = details.case
    numbers = ", ".join(appeal.tracking_number for appeal in case.appeals)
    title = f"Case {case.case_id} · {numbers} · {case.outcome or case.status}"
    console.print(title, style="bold", highlight=False, soft_wrap=True)
    for line in (term_of(details, instants), *documents_of(case), *suggestions_of(case)):
        console.print(line, highlight=False, soft_wrap=True)
    for rows in (
        task_rows(case),
        track_rows(case),
        step_rows(details, instants),
        suspension_rows(case, instants),
    ):
        if rows.rows:
            rows.show(console)
    history_rows(details.history, instants).show(console)


def term_of(details: "CaseDetails", instants: Instants) -> str:
    """The statutory term of a case in a sentence."""
    clock = details.case.clock
    if clock is None:
        return "No statutory term."
    text = f"Statutory term: due {instants.text(clock.due_at)}, {clock.working_days} working days"
    if clock.extension_days:
        text += f" and {clock.extension_days} by extension ({clock.extension_basis})"
    return f"{text} · late" if details.late else text


def documents_of(case: CaseState) -> Iterator[str]:
    """How many documents were added, if any were."""
    if case.attachments:
        yield f"Documents added: {len(case.attachments)}, see `vahid case documents`."


def suggestions_of(case: CaseState) -> Iterator[str]:
    """For each appeal in triage: the services that it may mean, why no rule placed it, what was chosen."""
    for track in case.tracks:
        if track.suggestions or track.ground:
            text = f"Suggested for {track.key}.{TRIAGE}: {', '.join(track.suggestions or ('nothing',))}"
            text += f" · not placed by rule: {track.ground}" if track.ground else ""
            yield text + (f" · chosen: {', '.join(track.chosen)}" if track.chosen else "")


def task_rows(case: CaseState) -> Rows:
    """The tasks, the open ones first."""
    ordered = sorted(case.tasks, key=lambda task: task.decision is not None)
    return Rows(
        ("task", "before", "about", "decision", "settled by: vahid case …"),
        [
            (task.id, task.before, _about(task), task.decision or "open", _settled_by(task))
            for task in ordered
        ],
    )


def _about(task: TaskState) -> str:
    """The law that leaves it to a person, what the applicant must learn, the cases that are repeated."""
    return "; ".join(part for part in (task.legal_basis, task.notice, ", ".join(task.earlier)) if part)


def track_rows(case: CaseState) -> Rows:
    """The tracks, each with its own outcome: partial is shown as partial."""
    columns = ("track", "service", "purpose", "lead agency", "outcome", "applicant", "passport")
    return Rows(columns, [_track(track) for track in case.tracks])


def step_rows(details: "CaseDetails", instants: Instants) -> Rows:
    """The steps. One whose clock is suspended has no deadline and is not late."""
    services = {track.key: track.service for track in details.case.tracks}

    def row(step: StepState) -> tuple[str, ...]:
        due, late = instants.cell(step_due_at(step)), "late" if is_step_late(step, details.now) else ""
        service = services[step.track]
        return step.key, service, step.agency_id, step.status, step.reference or "", due, late

    columns = ("step", "service", "agency", "status", "reference", instants.heading("due"), "late")
    return Rows(columns, [row(step) for step in details.case.steps])


def suspension_rows(case: CaseState, instants: Instants) -> Rows:
    """When clocks were suspended, and to whom it is charged."""
    columns = ("step", instants.heading("suspended from"), "to", "charged to", "reason")
    return Rows(columns, list(_suspensions(case, instants)))


def history_rows(history: "Sequence[HistoryEntry]", instants: Instants) -> Rows:
    """The history, an event a row."""
    columns = ("seq", instants.heading("recorded at"), "event", "about", "actor", "cause")
    return Rows(
        columns,
        [
            (
                str(entry.seq),
                instants.cell(entry.recorded_at),
                entry.event,
                entry.subject,
                f"{entry.actor.kind} {entry.actor.id}",
                entry.cause,
            )
            for entry in history
        ],
    )


def _case_row(case: "CaseSummary", instants: Instants) -> tuple[str, ...]:
    return (
        case.tracking_number,
        case.case_id,
        case.outcome or case.status,
        ", ".join(case.waiting_for),
        instants.cell(case.opened_at),
        instants.cell(case.due_at),
        "late" if case.late else "",
        ", ".join(case.tasks),
        ", ".join(case.suggestions),
    )


def _settled_by(task: TaskState) -> str:
    return "" if task.decision else _SETTLED_BY[task.kind].format(task=task.id, subject=task.subject)


def _track(track: TrackState) -> tuple[str, ...]:
    purpose: str = track.purpose or ("service" if track.passport else "triage")
    purpose += f" of {track.about}" if track.about else ""
    reactions = ["objected" if track.objected else "", f"rated {track.score}" if track.score else ""]
    return (
        track.key,
        track.service,
        purpose + (f", from {track.taken_from}" if track.taken_from else ""),
        track.lead_agency,
        _outcome(track),
        ", ".join(filter(None, reactions)),
        track.passport.version[:12] if track.passport else "",
    )


def _outcome(track: TrackState) -> str:
    """Its outcome here; a track that was handed over is answered by the other case."""
    if track.handed_to is not None:
        return f"handed over to {track.handed_to}"
    return "placed" if track.placed else track.outcome or "open"


def _suspensions(case: CaseState, instants: Instants) -> Iterator[tuple[str, ...]]:
    for step in case.steps:
        for clock in step.clocks:
            for suspension in clock.suspensions:
                since, until = instants.cell(suspension.since), instants.cell(suspension.until) or "suspended"
                yield step.key, since, until, suspension.charged_to, suspension.reason
