"""`python -m simulators.sms`: the process of the SMS provider's gateway."""

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
from simulators.serving import log_event, run, run_until_stopped, serve
from simulators.sms.app import Gateway, create_app


def command(
    port: Port,
    token: Annotated[
        str, typer.Option(envvar="VAHID_SMS_TOKEN", help="The bearer token that senders must give.")
    ],
    host: Host = "127.0.0.1",
    data: Data = Path(".vahid/sms"),
    clock: Clock = "",
    seed: Seed = "1",
    behaviour: BehaviourJson = "",
    setting: Setting = None,
) -> None:
    """Take SMS by POST /messages {"to", "text", "client_reference"}, and log them in messages.jsonl.

    Example: VAHID_SMS_TOKEN=secret python -m simulators.sms --port 8026 --setting error_rate=0.1
    """
    faults = Faults(read_behaviour(HttpBehaviour(), behaviour, setting), f"{seed}/sms")
    journal = Journal(data / "messages.jsonl")
    run(_run(journal, Gateway(journal, read_clock(clock)), faults, token, host, port))


async def _run(journal: Journal, gateway: Gateway, faults: Faults, token: str, host: str, port: int) -> None:
    stop = asyncio.Event()
    log_event("listening", address=f"http://{host}:{port}")
    try:
        app = create_app(gateway, faults, token)
        await run_until_stopped(stop, serve(app, host, port, stop), faults.stop_with(stop))
    finally:
        journal.close()
    log_event("stopped")


if __name__ == "__main__":
    typer.run(command)
