"""`python -m simulators.mail`: the process of the catching mail server."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from aiosmtpd.smtp import SMTP

from simulators.clock import BusinessClock
from simulators.command import Clock, Data, Host, Port, read_clock
from simulators.journal import Journal
from simulators.mail.app import Catcher, create_app
from simulators.serving import log_event, run, run_until_stopped, serve


def command(
    port: Port,
    smtp_port: Annotated[int, typer.Option(envvar="VAHID_SMTP_PORT", min=1, max=65535, help="SMTP port.")],
    host: Host = "127.0.0.1",
    data: Data = Path(".vahid/mail"),
    clock: Clock = "",
) -> None:
    """Catch every message sent by SMTP in messages.jsonl; show them on GET /messages?since=0.

    Example: python -m simulators.mail --smtp-port 2525 --port 8025 --data .vahid/mail
    """
    run(_run(Journal(data / "messages.jsonl"), read_clock(clock), host, port, smtp_port))


async def _run(journal: Journal, clock: BusinessClock, host: str, port: int, smtp_port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    catcher = Catcher(journal, clock)
    server = await loop.create_server(lambda: SMTP(catcher, enable_SMTPUTF8=True, loop=loop), host, smtp_port)
    log_event("listening", smtp=f"{host}:{smtp_port}", address=f"http://{host}:{port}")
    try:
        await run_until_stopped(stop, serve(create_app(journal), host, port, stop))
    finally:
        server.close()
        journal.close()
    log_event("stopped")


if __name__ == "__main__":
    typer.run(command)
