"""What events make of the tasks that a person must decide. Pure."""

from schemas.case_lifecycle_events import TaskRaised, TaskSettled
from workflows.case.state import CaseState, TaskState


def raise_task(state: CaseState, payload: TaskRaised) -> CaseState:
    """One more open task."""
    task = TaskState(
        id=payload.task,
        kind=payload.kind,
        before=payload.before,
        subject=payload.subject,
        legal_basis=payload.legal_basis,
    )
    return state.model_copy(update={"tasks": (*state.tasks, task)})


def settle_task(state: CaseState, payload: TaskSettled) -> CaseState:
    """The task is decided."""
    tasks = tuple(
        task.model_copy(update={"decision": payload.decision}) if task.id == payload.task else task
        for task in state.tasks
    )
    return state.model_copy(update={"tasks": tasks})
