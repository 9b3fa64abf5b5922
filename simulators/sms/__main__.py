"""`python -m simulators.sms`: the SMS provider's gateway, as a process."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from simulators.command import (
    BehaviourJson,
    Clock,
    Data,
    Host,
    Port,
    Seed,
    Setting,
    read_behaviour,
    read_clock,
)
from simulators.faults import Faults, HttpBehaviour
from simulators.journal import Journal
from simulators.serving import run, run_until_stopped, say, serve
from simulators.sms.app import Gateway, create_app


def command(
    port: Port,
    token: Annotated[str, typer.Option(envvar="VAHID_SMS_TOKEN", help="The bearer token of its customers.")],
    host: Host = "127.0.0.1",
    data: Data = Path(".vahid/sms"),
    clock: Clock = "",
    seed: Seed = "1",
    behaviour: BehaviourJson = "",
    setting: Setting = None,
) -> None:
    """An SMS gateway: POST /messages {"to", "text", "client_reference"}; logs to messages.jsonl.

    Example: VAHID_SMS_TOKEN=secret python -m simulators.sms --port 8026 --setting error_rate=0.1
    """
    faults = Faults(read_behaviour(HttpBehaviour(), behaviour, setting), f"{seed}/sms")
    journal = Journal(data / "messages.jsonl")
    run(_run(journal, Gateway(journal, read_clock(clock)), faults, token, host, port))


async def _run(journal: Journal, gateway: Gateway, faults: Faults, token: str, host: str, port: int) -> None:
    stop = asyncio.Event()
    say("listening", address=f"http://{host}:{port}")
    try:
        app = create_app(gateway, faults, token)
        await run_until_stopped(stop, serve(app, host, port, stop), faults.stop_with(stop))
    finally:
        journal.close()
    say("stopped")


if __name__ == "__main__":
    typer.run(command)
