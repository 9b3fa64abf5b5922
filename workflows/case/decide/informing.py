"""Who can be told what happens in a case, and what follows where nobody can. Pure.

Told means that a message went out. Where no appeal that is concerned has an agreed channel, or the notifier
reports that no message reached anybody, a person is asked to call or to write, and a term that starts once
they are told starts then.
"""

from typing import Any

from schemas.case_events import EventPayload
from schemas.case_lifecycle_events import (
    NoticeDelivered,
    NoticeKind,
    NoticeUndelivered,
    TaskSettled,
    TrackAnswered,
    TrackOpened,
)
from schemas.deadline_events import CASE_SUBJECT, ClockRevised, DeadlineEscalated, TermExtended
from schemas.step_events import (
    InformationTermBegun,
    StepDispatched,
    StepForwarded,
    StepInformationRequested,
    StepReassigned,
)
from workflows.case.clocks import information_term
from workflows.case.commands import ReportNotice
from workflows.case.decide.decision import Decision
from workflows.case.decide.tasks import raise_task, settle_of
from workflows.case.state import CaseState, TaskState

TOLD = "notice.delivered"
"""How a task to inform is settled when a message went out after all."""


def can_be_told(state: CaseState, term: str | None = None) -> bool:
    """Whether an appeal has an agreed channel: that with the term of this key, or any where none has it.

    An appeal of which that is not known, as the case's run began before it was kept, counts as one that has.
    """
    of_the_term = [appeal for appeal in state.appeals if appeal.appeal_id == term]
    concerned = of_the_term or state.appeals
    return not concerned or any(appeal.notice_channels != () for appeal in concerned)


def ask_to_inform(decision: Decision) -> None:
    """Have a person inform of what the command made happen and no message can; not of what is over."""
    for payload in tuple(decision.payloads):
        noticed = notice_of(payload)
        if noticed is not None and not can_be_told(decision.state, _term_of(payload)):
            notice, subject = noticed
            raise_task(decision, "inform_applicant", subject, notice=notice)
    for task in decision.state.tasks:
        if task.decision is None and task.notice == "information" and not _is_asked(decision.state, task):
            settle_of(decision, "inform_applicant", task.subject, "superseded", notice="information")


def ask_to_send(decision: Decision) -> None:
    """Have a person inform each agency that could not be sent all that came before its assignment."""
    for payload in tuple(decision.payloads):
        if isinstance(payload, StepDispatched) and payload.not_sent:
            raise_task(decision, "undelivered_message", payload.step)


def report_notice(decision: Decision, command: ReportNotice) -> None:
    """Have a person inform where no message reached anybody; not any more where one did after all."""
    about: dict[str, Any] = {
        "about": command.about,
        "notice": command.notice,
        "subject": command.subject,
    }
    if command.delivered:
        decision.emit(NoticeDelivered(**about))
        _settle_told(decision, command)
    else:
        decision.emit(NoticeUndelivered(**about, reason=command.reason or "unknown"))
        if command.notice != "information" or _waits(decision.state, command.subject):
            raise_task(decision, "inform_applicant", command.subject, notice=command.notice)


def _settle_told(decision: Decision, command: ReportNotice) -> None:
    """Where a question was untold until now, the time to answer it begins."""
    for task in decision.state.tasks:
        same = (task.kind, task.subject, task.notice, task.decision)
        if same == ("inform_applicant", command.subject, command.notice, None):
            decision.emit(TaskSettled(task=task.id, decision=TOLD))
            begin_information_term(decision, task)


def begin_information_term(decision: Decision, task: TaskState) -> None:
    """The applicant has been told what an agency asks: their time to give it begins."""
    if task.notice == "information" and _is_asked(decision.state, task):
        clock = information_term(decision.command.received_at, decision.rules)
        decision.emit(InformationTermBegun(step=task.subject, task=task.id, clock=clock))


def informed_by(decision: Decision, identity: str) -> TaskState | None:
    """The task of that id, where this command has confirmed that a person told the applicant."""
    settled = (each for each in decision.payloads if isinstance(each, TaskSettled))
    task = decision.state.task(identity)
    confirmed = any((each.task, each.decision) == (identity, "confirm") for each in settled)
    return task if confirmed and task is not None and task.kind == "inform_applicant" else None


def notice_of(payload: EventPayload) -> tuple[NoticeKind, str] | None:  # noqa: PLR0911 - flat
    """What the applicant must learn of the event, and about what: a track, a step, or the case."""
    match payload:
        case TrackAnswered():
            return "answer", payload.track
        case StepInformationRequested(overtaken=None):
            return "information", payload.step
        case StepForwarded() | StepReassigned():
            return "forwarding", payload.step
        case TermExtended():
            return "extension", CASE_SUBJECT
        case ClockRevised(subject="case"):
            return "term", CASE_SUBJECT
        case DeadlineEscalated(delay=True):
            return "delay", CASE_SUBJECT
        case TrackOpened(purpose="review"):
            return "objection", payload.track
        case _:
            return None


def _term_of(payload: EventPayload) -> str | None:
    return payload.term if isinstance(payload, TermExtended | ClockRevised | DeadlineEscalated) else None


def _is_asked(state: CaseState, task: TaskState) -> bool:
    return _waits(state, task.subject)


def _waits(state: CaseState, key: str) -> bool:
    """Whether the agency of the step waits for what it asked the applicant."""
    step = state.step(key)
    return step is not None and step.status == "information_requested"
