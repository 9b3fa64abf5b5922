"""How a case hears whether a body was told: of a recall, or of what the applicant gave later. Pure."""

from schemas.case_events import MessageDelivered, MessageUndelivered
from workflows.case.commands import ReportMessage
from workflows.case.decide.decision import Turn
from workflows.case.decide.refusals import refuse
from workflows.case.decide.tasks import raise_task


def report_message(turn: Turn, command: ReportMessage) -> None:
    """Take how a group of attempts to tell a body ended; what it cannot be told, a person tells it."""
    message = next((one for one in turn.state.messages if one.id == command.message), None)
    if message is None or message.group != command.group:
        refuse(turn, "message.superseded", "Nothing is to be done: the body was told, or need not be.")
    elif command.error_code is None:
        turn.happens(MessageDelivered(message=message.id, step=message.step))
    else:
        turn.happens(
            MessageUndelivered(
                message=message.id,
                step=message.step,
                group=command.group,
                error_code=command.error_code,
                given_up=command.permanent,
            )
        )
        if command.permanent:
            raise_task(turn, "undelivered_message", message.id)
