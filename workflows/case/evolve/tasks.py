"""What events make of the tasks that a person must decide. Pure."""

from schemas.case_lifecycle_events import TaskRaised, TaskSettled
from workflows.case.evolve.statements import add_statement, decide_correction
from workflows.case.state import CaseState, TaskState


def raise_task(state: CaseState, payload: TaskRaised) -> CaseState:
    """One more open task."""
    task = TaskState(
        id=payload.task,
        kind=payload.kind,
        before=payload.before,
        subject=payload.subject,
        legal_basis=payload.legal_basis,
        earlier=payload.earlier,
        status=payload.status,
        notice=payload.notice,
    )
    raised = state.model_copy(update={"tasks": (*state.tasks, task)})
    if payload.kind == "correction" and payload.status is not None:
        return add_statement(raised, payload.subject, payload.status)
    return raised


def settle_task(state: CaseState, payload: TaskSettled) -> CaseState:
    """The task is decided; a correction that was dismissed is of no effect from now on."""
    task = state.task(payload.task)
    if task is not None and (task.kind, payload.decision) == ("correction", "dismiss"):
        about = task.status.attempt if task.status is not None else None
        state = decide_correction(state, task.subject, about, confirmed=False)
    decided = {"decision": payload.decision, "status": None}
    tasks = tuple(
        task.model_copy(update=decided) if task.id == payload.task else task for task in state.tasks
    )
    return state.model_copy(update={"tasks": tasks})
