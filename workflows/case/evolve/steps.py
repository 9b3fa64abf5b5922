"""What an event makes of a step, and of what its agency must still be told. Total and tiny."""

from schemas.agency_statuses import AssignmentStatus
from schemas.case_events import (
    AppealPlaced,
    AttachmentAdded,
    EventPayload,
    InformationLapsed,
    InformationProvided,
    MessageDelivered,
    MessageUndelivered,
    StepAcknowledged,
    StepCancelled,
    StepCorrected,
    StepDelivered,
    StepDispatched,
    StepForwarded,
    StepFulfilled,
    StepInformationRequested,
    StepProgressed,
    StepReassigned,
    StepRedispatched,
    StepRefused,
    StepRestored,
    StepUndelivered,
)
from schemas.step_events import Supplement
from workflows.case.evolve.state_updates import replace_step, replace_track
from workflows.case.rules import CENTRE
from workflows.case.state import CaseState, MessageState, StepState

_STATUS_AFTER = {
    StepAcknowledged: "acknowledged",
    StepProgressed: "in_progress",
    StepInformationRequested: "information_requested",
    StepFulfilled: "fulfilled",
    StepRefused: "refused",
}


_FIRST = -1
"""Before every sequence of an agency, and every instant."""
_DIGITS = 40
"""More than an id has that is a number."""


def order_of(status: AssignmentStatus) -> tuple[int, str, str]:
    """How statuses of one agency are ordered: its own sequence, else when it says they happened, else by id.

    What it says by accepting an assignment is the first, and has no sequence.
    """
    stated = status.occurred_at.isoformat()
    if status.via == "dispatch":
        return _FIRST, stated, status.status_id
    # Numbers as numbers: of two in one second 1000 comes after 999.
    identity = status.status_id.zfill(_DIGITS) if status.status_id.isdecimal() else status.status_id
    if status.agency_sequence is not None:
        return status.agency_sequence, stated, identity
    return int(status.occurred_at.timestamp() * 1000), stated, identity


def apply_to_step(state: CaseState, payload: EventPayload) -> CaseState:
    """What the agency changes of a step. An event that is not about a step leaves the state as it is."""
    match payload:
        case AppealPlaced():
            return _place(state, payload)
        case StepDispatched():
            return _dispatch(state, payload)
        case StepDelivered():
            return replace_step(state, payload.step, reference=payload.reference)
        case StepUndelivered():
            return replace_step(state, payload.step, group=payload.group + 1)
        case StepAcknowledged() | StepProgressed() | StepInformationRequested():
            return _progress(state, payload)
        case StepFulfilled() | StepRefused():
            ended = {"ended_by": payload.status, "in_time": payload.in_time}
            return replace_step(state, payload.step, status=_STATUS_AFTER[type(payload)], **ended)
        case StepForwarded():
            return replace_step(
                state, payload.step, status="forwarded", agency_id=payload.to_agency, hop=payload.hop
            )
        case InformationLapsed():
            return replace_step(state, payload.step, status="in_progress")
        case MessageDelivered() | MessageUndelivered() | InformationProvided():
            return _tell(state, payload)
        case _:
            return _undo_end(state, payload)


def _undo_end(state: CaseState, payload: EventPayload) -> CaseState:
    """Events that take a step out of its agency's hands, or put it back there."""
    match payload:
        case StepReassigned():
            recalled = _recall(state, payload.step)
            return replace_step(recalled, payload.step, status="waiting", agency_id=payload.to_agency)
        case StepRedispatched():
            recalled = _recall(state, payload.step)
            return replace_step(recalled, payload.step, status="waiting", keeps_clocks=True)
        case StepCancelled():
            recalled = _recall(state, payload.step)
            return replace_step(recalled, payload.step, status="cancelled", cancelled_for=payload.reason)
        case StepRestored():
            recalled = _recall(state, payload.step)
            undone = {"ended_by": None, "in_time": None, "cancelled_for": None}
            return replace_step(recalled, payload.step, status="waiting", **undone)
        case StepCorrected():
            return replace_step(state, payload.step, status="in_progress", ended_by=None, in_time=None)
        case _:
            return state


def _place(state: CaseState, payload: AppealPlaced) -> CaseState:
    placed = replace_step(state, payload.step, status="fulfilled")
    step = placed.step(payload.step)
    return placed if step is None else replace_track(placed, step.track, placed=True)


def _dispatch(state: CaseState, payload: StepDispatched) -> CaseState:
    step = state.step(payload.step)
    kept = step is not None and step.keeps_clocks
    sent = replace_step(
        state,
        payload.step,
        status="dispatched",
        attempt=payload.attempt,
        agency_id=payload.agency_id,
        clocks=payload.clocks,
        clock_run=step.clock_run if step is not None and kept else payload.attempt,
        keeps_clocks=False,
        reference=None,
        group=1,
        last_order=None,
    )
    return _pass_on(sent, payload)


def _pass_on(state: CaseState, payload: StepDispatched) -> CaseState:
    """The agency must hear what came before it was sent the step."""
    step = state.step(payload.step)
    if step is None:
        return state
    for one in payload.supplements or ():
        identity = f"{one.kind}/{step.key}/{step.attempt}/{one.id}"
        state = _with_message(state, step, identity, one.kind, one.sealed)
    return state


def _progress(
    state: CaseState, payload: StepAcknowledged | StepProgressed | StepInformationRequested
) -> CaseState:
    update: dict[str, object] = {
        "status": _STATUS_AFTER[type(payload)],
        "last_order": order_of(payload.status),
    }
    step = state.step(payload.step)
    if step is not None and isinstance(payload, StepInformationRequested) and payload.clock is not None:
        others = tuple(clock for clock in step.clocks if clock.kind != "information")
        update["clocks"] = (*others, payload.clock)
    return replace_step(state, payload.step, **update)


def _recall(state: CaseState, key: str) -> CaseState:
    """The agency that works on the step must hear that it need not; one that has ended its part need not."""
    step = state.step(key)
    if step is None or not step.running:
        return state
    return _with_message(state, step, f"recall/{key}/{step.attempt}", "recall")


def _tell(
    state: CaseState, payload: MessageDelivered | MessageUndelivered | InformationProvided
) -> CaseState:
    if isinstance(payload, InformationProvided):
        step = state.step(payload.step)
        if step is None:
            return state
        status = step.status if payload.unasked else "in_progress"
        given = (*(step.given or ()), payload.sealed)
        provided = replace_step(state, step.key, status=status, supplements=payload.number, given=given)
        identity = f"information/{step.key}/{step.attempt}/{payload.number}"
        return _with_message(provided, step, identity, "information", payload.sealed)
    kept = [message for message in state.messages if message.id != payload.message]
    if isinstance(payload, MessageUndelivered) and not payload.given_up:
        again = (m for m in state.messages if m.id == payload.message)
        kept += [message.model_copy(update={"group": payload.group + 1}) for message in again]
    return state.model_copy(update={"messages": tuple(kept)})


def apply_attachment(state: CaseState, payload: AttachmentAdded) -> CaseState:
    """The document is in the file, and each agency that works for the applicant must hear of it."""
    added = payload.attachment
    for step in state.steps:
        track = state.track(step.track)
        if step.running and track is not None and track.passport is not None:
            identity = f"attachment/{step.key}/{step.attempt}/{added.attachment_id}"
            state = _with_message(state, step, identity, "attachment", added.sealed)
    document = Supplement(kind="attachment", id=added.attachment_id, sealed=added.sealed)
    return state.model_copy(
        update={
            "attachments": (*state.attachments, added.attachment_id),
            "documents": (*state.documents, document),
        }
    )


def _with_message(
    state: CaseState, step: StepState, identity: str, kind: str, sealed: str | None = None
) -> CaseState:
    if step.agency_id == CENTRE:
        return state
    message = MessageState.model_validate(
        {
            "id": identity,
            "kind": kind,
            "step": step.key,
            "attempt": step.attempt,
            "agency_id": step.agency_id,
            "sealed": sealed,
        }
    )
    return state.model_copy(update={"messages": (*state.messages, message)})
