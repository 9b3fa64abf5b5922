"""What events make of the messages that agencies must still be sent. Pure."""

from catalogue.terms import CENTRE
from schemas.case_lifecycle_events import AttachmentAdded
from schemas.step_events import InformationProvided, MessageUndelivered, StepDispatched, Supplement
from workflows.case.evolve.state_updates import replace_step
from workflows.case.evolve.statements import answer_questions
from workflows.case.state import CaseState, MessageKind, MessageState, StepState


def provide_information(state: CaseState, payload: InformationProvided) -> CaseState:
    """The agency is sent what the applicant gave, and goes on where it waited for that."""
    if not payload.unasked:
        state = answer_questions(state, payload.step)
    step = state.step(payload.step)
    if step is None:
        return state
    provided = replace_step(
        state,
        step.key,
        status=step.status if payload.unasked else "in_progress",
        information=step.information if payload.not_sent else (*step.information, payload.sealed),
    )
    return provided if payload.not_sent else _with_message(provided, step, "information", str(payload.number))


def add_attachment(state: CaseState, payload: AttachmentAdded) -> CaseState:
    """The document is in the file, and each agency that works for the applicant is sent it.

    One that agencies are not sent stands in the ledger alone.
    One that a hand-over has brought already is sent with the assignments.
    """
    added = payload.attachment
    if state.document(added.attachment_id) is not None:
        return state
    if payload.not_sent:
        return state
    noted = state.model_copy(update={"attachments": (*state.attachments, added.attachment_id)})
    document = Supplement(kind="attachment", id=added.attachment_id, sealed=added.sealed)
    sent = noted.model_copy(update={"documents": (*state.documents, document)})
    for step in state.steps:
        track = state.track(step.track)
        if step.running and track is not None and track.passport is not None:
            sent = _with_message(sent, step, "attachment", added.attachment_id)
    return sent


def pass_on_supplements(state: CaseState, payload: StepDispatched) -> CaseState:
    """The agency is sent what came after the appeal and before the step was sent to it."""
    step = state.step(payload.step)
    if step is None:
        return state
    for supplement in payload.supplements or ():
        sealed = None if _has(state, step, supplement) else supplement.sealed
        state = _with_message(state, step, supplement.kind, supplement.id, sealed)
    return state


def _has(state: CaseState, step: StepState, supplement: Supplement) -> bool:
    """Whether the state has the supplement, so that the message need only refer to it."""
    known = state.information(step.key, supplement.id) if supplement.kind == "information" else None
    document = state.document(supplement.id) if supplement.kind == "attachment" else None
    return known == supplement.sealed or document is not None


def recall(state: CaseState, key: str) -> CaseState:
    """The agency that works on the step is sent a recall; one that has ended its part needs none."""
    step = state.step(key)
    if step is None or not step.running:
        return state
    return _with_message(state, step, "recall")


def remove(state: CaseState, identity: str) -> CaseState:
    """The message need not be sent any more."""
    kept = tuple(message for message in state.messages if message.id != identity)
    return state.model_copy(update={"messages": kept})


def retry_or_give_up(state: CaseState, payload: MessageUndelivered) -> CaseState:
    """The next group of attempts has begun, after the other messages; or there is none."""
    others = remove(state, payload.message)
    if payload.given_up:
        return others
    again = (message for message in state.messages if message.id == payload.message)
    retried = tuple(message.model_copy(update={"group": payload.group + 1}) for message in again)
    return others.model_copy(update={"messages": (*others.messages, *retried)})


def _with_message(
    state: CaseState, step: StepState, kind: MessageKind, number: str = "", sealed: str | None = None
) -> CaseState:
    """The state with one more message; the centre is sent none. `number` tells those of one kind apart."""
    if step.agency_id == CENTRE:
        return state
    identity = f"{kind}/{step.key}/{step.attempt}"
    message = MessageState(
        id=f"{identity}/{number}" if number else identity,
        kind=kind,
        step=step.key,
        attempt=step.attempt,
        agency_id=step.agency_id,
        sealed=sealed,
    )
    return state.model_copy(update={"messages": (*state.messages, message)})
