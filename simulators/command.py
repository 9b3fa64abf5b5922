"""The options of all simulator commands, and how a wrong setting is reported."""

from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError

from simulators.clock import BusinessClock
from simulators.control import with_settings
from simulators.faults import HttpBehaviour
from simulators.serving import log_event

Host = Annotated[str, typer.Option(envvar="VAHID_HTTP_HOST", help="Address to listen on.")]
Port = Annotated[int, typer.Option(envvar="VAHID_HTTP_PORT", min=1, max=65535, help="HTTP port.")]
Data = Annotated[
    Path,
    typer.Option(
        envvar="VAHID_SIMULATOR_DATA", file_okay=False, help="Folder of this process's state and logs."
    ),
]
Clock = Annotated[str, typer.Option(envvar="VAHID_CLOCK", help='JSON {"epoch", "started_at", "scale"}.')]
Seed = Annotated[str, typer.Option(envvar="VAHID_SIMULATOR_SEED", help="Seed of all random draws.")]
Setting = Annotated[
    list[str] | None,
    typer.Option(help="Set a behaviour setting at start, NAME=VALUE (JSON); repeat for several."),
]
BehaviourJson = Annotated[
    str,
    typer.Option(envvar="VAHID_SIMULATOR_BEHAVIOUR", help="Behaviour settings at start, as a JSON object."),
]
Behaviour = TypeVar("Behaviour", bound=HttpBehaviour)
_OBJECT = TypeAdapter(dict[str, Any])
_VALUE = TypeAdapter(Any)


def fail(message: str) -> NoReturn:
    """Log what is wrong with the settings, and exit with status 2."""
    log_event("settings.wrong", message=message)
    raise typer.Exit(2)


def read_clock(text: str) -> BusinessClock:
    """The clock of `VAHID_CLOCK`; exits with status 2 where the text is not one."""
    try:
        return BusinessClock.parse(text)
    except ValidationError as error:
        fail(f"VAHID_CLOCK is not a clock: {_first(error)}")


def read_behaviour(defaults: Behaviour, text: str, flags: list[str] | None) -> Behaviour:
    """`defaults` with the JSON object `text` and each NAME=VALUE applied; exits with status 2 on a fault."""
    try:
        values = _OBJECT.validate_json(text or "{}")
        for flag in flags or ():
            name, _, value = flag.partition("=")
            values[name] = _VALUE.validate_json(value)
        behaviour = with_settings(defaults, values)
    except ValidationError as error:
        fail(
            f"the behaviour settings are wrong: {_first(error)}. "
            "Example: --setting refuse_rate=0.1 --setting latency_ms=[5,50]"
        )
    assert isinstance(behaviour, type(defaults))
    return behaviour


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
