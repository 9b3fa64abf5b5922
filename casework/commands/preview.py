"""Whether a command would be refused now, by the rules that decide it. Pure; nothing is recorded."""

from casework.commands.context import CommandBuilder, CommandContext
from kit.errors import PermanentError
from schemas.case_lifecycle_events import CommandRefused
from schemas.frozen import Frozen
from workflows.case.decide.decider import decide_all
from workflows.case.rules import Rules


class Refusal(Frozen):
    """Why a command would be refused: its stable code, and a sentence on what would be allowed."""

    code: str
    allowed: str


def refusal_of(builder: CommandBuilder, context: CommandContext, rules: Rules) -> Refusal | None:
    """The refusal that the command would meet; None where it would be accepted.

    The context's case may move on before the command is given: what the case answers then counts.
    """
    try:
        command = builder(context)
    except PermanentError as error:
        return Refusal(code=error.code, allowed=error.remedy)
    payloads = (event.payload for event in decide_all(context.case, [command], context.at, rules))
    refused = next((payload for payload in payloads if isinstance(payload, CommandRefused)), None)
    return None if refused is None else Refusal(code=refused.code, allowed=refused.allowed)
