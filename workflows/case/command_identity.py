"""What a command says under its id, so that a repeated one differs from another one. Pure."""

import hashlib
from collections.abc import Iterable
from typing import Any

from kit.canonical_json import canonical_json
from workflows.case.commands import (
    AnyCommand,
    CommandOutcome,
    DecideAgendaItem,
    JoinCase,
    MigrateTrack,
    Object,
    PlaceAppeal,
    Placement,
    ReceiveAppeal,
    ReportStatus,
    SplitCase,
)
from workflows.case.state import CaseState

OTHER_COMMAND = CommandOutcome(
    accepted=False,
    code="command_id.other_command",
    allowed="Another command has this id: give this one under an id of its own.",
)

_DIGEST_LENGTH = 24  # hexadecimal digits, 96 bits
_FOUND_BY_THE_ROUTER = ("placements", "manual_review", "joined", "suggestions", "ground", "confirmed_by")
_HOW_IT_CAME = frozenset({"received_at", "traceparent"})


def digest_of(command: AnyCommand) -> str:
    """The first 24 hexadecimal digits of the SHA-256 of what the command says, in canonical JSON (RFC 8785).

    When and how it came is left out, and so is what a service looked up for its sender: a repeated try has
    the same digest. Absent fields and defaults are left out, so that a field added later changes no digest.
    """
    content = {"kind": command.kind, **_content(command)}
    return hashlib.sha256(canonical_json(content)).hexdigest()[:_DIGEST_LENGTH]


def outcome_of(state: CaseState, command: AnyCommand) -> CommandOutcome | None:
    """The outcome with which `command` was answered before, without its digest; None where it was not.

    A command whose id has another content is refused. An outcome of an older history, which has no digest,
    is that of any content.
    """
    outcome = state.seen.get(command.id)
    if outcome is None:
        return None
    if outcome.digest in (None, digest_of(command)):
        return outcome.model_copy(update={"digest": None})
    return OTHER_COMMAND


def unseen(
    state: CaseState, commands: Iterable[AnyCommand]
) -> tuple[tuple[AnyCommand, ...], tuple[AnyCommand, ...]]:
    """The commands that are to be decided, each once, and those that have the id of another command."""
    fresh: dict[str, AnyCommand] = {}
    others: list[AnyCommand] = []
    for command in commands:
        if command.id in state.seen:
            is_other = outcome_of(state, command) is OTHER_COMMAND
        else:
            is_other = digest_of(fresh.setdefault(command.id, command)) != digest_of(command)
        if is_other:
            others.append(command)
    return tuple(fresh.values()), tuple(others)


def _content(command: AnyCommand) -> dict[str, Any]:  # noqa: PLR0911 - flat
    match command:
        case ReceiveAppeal():  # the router finds the services and the cases
            return _dump(command, *_FOUND_BY_THE_ROUTER)
        case ReportStatus():
            return {**_dump(command, "status"), "status": _status(command)}
        case PlaceAppeal():
            placements = [_services(placement) for placement in command.placements]
            return {**_dump(command, "placements"), "placements": placements}
        case MigrateTrack():  # to the present version, whatever that is at each try
            return _dump(command, "placement")
        case Object():  # the catalogue names the agency one up
            return _dump(command, "review")
        case DecideAgendaItem() if command.instruction is not None:
            return {**_dump(command, "instruction"), "instruction": _instruction(command.instruction)}
        case JoinCase():  # the rest is looked up in the other case
            return _dump(command, "applicant", "pending", "appeals", "appeals_there", "size_there")
        case SplitCase():  # its appeals are looked up
            return _dump(command, "appeals")
        case _:
            return _dump(command)


def _dump(command: AnyCommand, *looked_up: str) -> dict[str, Any]:
    return command.model_dump(mode="json", exclude={*_HOW_IT_CAME, *looked_up}, exclude_defaults=True)


def _status(command: ReportStatus) -> dict[str, Any]:
    """What the agency states; what the staff enter happens when they enter it, about the present attempt."""
    status = command.status
    of_the_try = {"occurred_at", "attempt"} if status.via == "casework" else set()
    return status.model_dump(mode="json", exclude={"received_at", "via", *of_the_try}, exclude_defaults=True)


def _services(placement: Placement) -> dict[str, Any]:
    return {"service": placement.passport.code, "agencies": placement.agencies}


def _instruction(placement: Placement) -> dict[str, Any]:
    within = {step.code: step.resolve_within for step in placement.passport.steps}
    return {**_services(placement), "within": within}
