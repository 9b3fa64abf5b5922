"""How a case takes the outcome of a message to an agency. Pure."""

from schemas.step_events import MessageDelivered, MessageUndelivered
from workflows.case.commands import ReportMessage
from workflows.case.decide.decision import Decision
from workflows.case.decide.refusals import refuse
from workflows.case.decide.tasks import raise_task


def report_message(decision: Decision, command: ReportMessage) -> None:
    """Take how a group of attempts ended; where a message cannot be sent, a person informs the agency."""
    message = next((known for known in decision.state.messages if known.id == command.message), None)
    if message is None or message.group != command.group:
        refuse(
            decision,
            "message.superseded",
            "Nothing is to be done: the agency has the message, or needs none.",
        )
    elif command.error_code is None:
        decision.emit(MessageDelivered(message=message.id, step=message.step))
    else:
        decision.emit(
            MessageUndelivered(
                message=message.id,
                step=message.step,
                group=command.group,
                error_code=command.error_code,
                given_up=command.permanent,
            )
        )
        if command.permanent:
            raise_task(decision, "undelivered_message", message.id)
