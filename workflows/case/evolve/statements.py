"""What events make of the set of statements about an assignment. Pure."""

from schemas.agency_statuses import AssignmentStatus
from schemas.clocks import ClockReading
from schemas.step_events import StatusIgnored
from workflows.case.evolve.state_updates import replace_step
from workflows.case.state import CaseState, FormerAssignment, StepState
from workflows.case.statements import ENDS, PROGRESS, Statement
from workflows.case.status_fold import fold_statements
from workflows.case.status_order import in_order

NOT_SENT = "status.step_not_sent"
"""Why a status about an assignment that was not sent yet waits."""

TOO_MANY = "status.too_many"
"""Why a status is only recorded: of its assignment, or in the case, are as many as the state keeps."""

_KEPT = frozenset(
    {
        "status.superseded",
        "status.step_ended",
        "status.contradicts_end",
        "status.nothing_to_correct",
        "status.correction_waits",
        "status.attempt_superseded",
    }
)
"""Reasons of statuses that change nothing now, and belong to their assignment all the same."""


def statements_of(step: StepState, attempt: int) -> tuple[Statement, ...]:
    """All that was stated about that attempt of the step; the end of one that came from another case too."""
    if attempt != step.attempt:
        former = next((former for former in step.former if former.attempt == attempt), None)
        return former.statements if former is not None else ()
    if step.ended_by is None or any(known.id == step.ended_by.status_id for known in step.statements):
        return step.statements
    return in_order((*step.statements, Statement.of(step.ended_by)))


def add_statement(state: CaseState, key: str, status: AssignmentStatus) -> CaseState:
    """The state that knows of the statement, once, in the assignment that it is about."""
    step = state.step(key)
    if step is None:
        return state
    known = statements_of(step, status.attempt)
    if any(statement.id == status.status_id for statement in known):
        return state
    return _with_statements(state, step, status.attempt, in_order((*known, Statement.of(status))))


def keep_ignored(state: CaseState, payload: StatusIgnored) -> CaseState:
    """What changes nothing now still belongs to its assignment, also where that was not sent yet."""
    status = payload.status
    step = state.step(status.step)
    if step is None:
        return state
    if payload.reason == NOT_SENT and status.attempt > step.attempt and status.via != "casework":
        early = sorted((*step.early, status), key=lambda waiting: (waiting.attempt, waiting.status_id))
        return replace_step(state, step.key, early=tuple(early))
    state = forget_early(state, step.key, status)
    if payload.reason not in _KEPT:
        return state
    return progress_by_the_order(add_statement(state, step.key, status), step.key)


def progress_by_the_order(state: CaseState, key: str) -> CaseState:
    """A status can move others in the order, and have another of them be the last."""
    step = state.step(key)
    if step is None or not step.running or not step.statements:
        return state
    standing = fold_statements(step.statements)
    if standing.end is not None or standing.holder is None or standing.question is not None:
        return state
    return replace_step(state, key, status=standing.progress, clocks=without_information(step))


def forget_early(state: CaseState, key: str, status: AssignmentStatus) -> CaseState:
    """What waited for its assignment was taken."""
    step = state.step(key)
    if step is None or not step.early:
        return state
    identity = (status.attempt, status.status_id)
    return replace_step(
        state,
        key,
        early=tuple(waiting for waiting in step.early if (waiting.attempt, waiting.status_id) != identity),
    )


def answer_questions(state: CaseState, key: str) -> CaseState:
    """No question of the step waits any more: it was answered, or the time for that has ended."""
    step = state.step(key)
    if step is None:
        return state
    ended = {pause.id: pause.until for clock in step.clocks for pause in clock.suspensions}
    answered = tuple(
        statement.model_copy(
            update={"answered_at": ended.get(suspension_of(step, statement.id)) or statement.received_at}
        )
        if statement.kind == "information_requested" and statement.answered_at is None
        else statement
        for statement in step.statements
    )
    return replace_step(state, key, statements=answered, clocks=without_information(step))


def without_information(step: StepState) -> tuple[ClockReading, ...]:
    """The clocks of a step that waits for the applicant no more."""
    return tuple(clock for clock in step.clocks if clock.kind != "information")


def suspension_of(step: StepState, question: str) -> str:
    """The id of the suspension while the agency waits; clocks that are kept may know an older one."""
    return f"information/{question}" + (f"@{step.attempt}" if step.attempt != step.clock_run else "")


def decide_correction(state: CaseState, key: str, about: int | None, *, confirmed: bool) -> CaseState:
    """A person has decided on the correction that waits: of the assignment `about`, else of the last one."""
    step = state.step(key)
    for attempt in assignments_of(step, about) if step is not None else ():
        assert step is not None
        statements = statements_of(step, attempt)
        waiting = fold_statements(statements).correction
        if waiting is not None:
            decided = tuple(
                known.model_copy(update={"confirmed": confirmed}) if known == waiting else known
                for known in statements
            )
            return _with_statements(state, step, attempt, decided)
    return state


def undo_ends(state: CaseState, key: str) -> CaseState:
    """A person found the ends of the assignment mistaken; the agency must state one anew."""
    step = state.step(key)
    if step is None:
        return state
    undone = tuple(
        known.model_copy(update={"undone": True}) if known.kind in ENDS else known
        for known in statements_of(step, step.attempt)
    )
    return _with_statements(state, step, step.attempt, undone)


def assignments_of(step: StepState, first: int | None = None) -> tuple[int, ...]:
    """The attempts whose statements count: `first` where it is one, the present one, then the former ones."""
    known = (step.attempt, *(former.attempt for former in reversed(step.former)))
    return tuple(sorted(known, key=lambda attempt: attempt != first))


def is_of_another_case(state: CaseState, step: StepState, status: AssignmentStatus) -> bool:
    """Whether it is about an assignment of the case from which the step came, not about one of this case."""
    track = state.track(step.track)
    came = track is not None and track.taken_from is not None
    return came and (status.case_id, status.step) != (state.case_id, step.key)


def _with_statements(
    state: CaseState, step: StepState, attempt: int, statements: tuple[Statement, ...]
) -> CaseState:
    if attempt == step.attempt:
        return replace_step(state, step.key, statements=statements, last_order=last_order_of(statements))
    former = tuple(
        known.model_copy(update={"statements": statements}) if known.attempt == attempt else known
        for known in step.former
    )
    return replace_step(state, step.key, former=former)


def last_order_of(statements: tuple[Statement, ...]) -> tuple[int, str, str] | None:
    """The order key of the last progress stated; None where the agency has stated none."""
    progress = [statement for statement in statements if statement.kind in PROGRESS]
    if not progress:
        return None
    last = progress[-1]
    return -1 if last.sequence is None else last.sequence, last.at.isoformat(), last.id


def former_of(step: StepState) -> FormerAssignment:
    """The present assignment as a former one."""
    return FormerAssignment(
        attempt=step.attempt,
        agency_id=step.agency_id,
        hop=step.hop,
        clocks=without_information(step),
        clock_run=step.clock_run,
        reference=step.reference,
        statements=step.statements,
    )
