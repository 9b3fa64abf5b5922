"""`python -m simulators.agency --agency mlspp|moh|nasimi-executive`: one body's system, as a process."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from simulators.agency.app import DIALECTS, create_app
from simulators.agency.desk import Desk
from simulators.agency.dials import AgencyDials
from simulators.agency.scheduler import Scheduler
from simulators.agency.store import ForeignStateError, Store
from simulators.agency.webhooks import WebhookSender, signed
from simulators.clock import BusinessClock
from simulators.command import Clock, Data, Dial, DialsJson, Host, Port, Seed, fail, read_clock, read_dials
from simulators.faults import Faults
from simulators.journal import Journal
from simulators.serving import run_until_stopped, say, serve

AgencyName = StrEnum("AgencyName", {name: name for name in DIALECTS})  # type: ignore[misc]


class Secrets(BaseModel):
    """A body's entry in the file of `VAHID_AGENCIES`."""

    token: str = Field(min_length=1)
    webhook_secret: str = Field(min_length=1)


def command(
    agency: Annotated[AgencyName, typer.Option(help="The body to be.")],
    port: Port,
    agencies: Annotated[
        Path,
        typer.Option(
            envvar="VAHID_AGENCIES",
            exists=True,
            dir_okay=False,
            help='JSON {agency: {"base_url", "token", "webhook_secret"}}.',
        ),
    ],
    host: Host = "127.0.0.1",
    data: Data = Path(".vahid/simulators"),
    clock: Clock = "",
    seed: Seed = "1",
    dials: DialsJson = "",
    dial: Dial = None,
) -> None:
    """A state body's own system: takes assignments, works on them, tells of changes by signed webhooks.

    Example: python -m simulators.agency --agency moh --port 8102 --agencies agencies.json --data .vahid/moh
    --dial refuse_rate=0.1
    """
    own = _secrets(agencies, agency)
    faults = Faults(read_dials(AgencyDials(), dials, dial), f"{seed}/{agency}")
    try:
        store = Store(data / "state.sqlite", agency)
    except ForeignStateError as error:
        fail(str(error))
    journal = Journal(data / "received.jsonl", durable=False)
    desk = Desk(DIALECTS[agency], store, journal, faults, read_clock(clock))
    asyncio.run(_run(desk, store, own, host, port))


async def _run(desk: Desk, store: Store, own: Secrets, host: str, port: int) -> None:
    sender = WebhookSender(desk, store, own.webhook_secret)
    scheduler = Scheduler(desk, store, sender)
    stop = asyncio.Event()
    await desk.call(desk.export_log)
    await sender.load()
    await scheduler.load()
    say("listening", agency=desk.dialect.agency, address=f"http://{host}:{port}")
    try:
        await run_until_stopped(
            stop,
            serve(create_app(desk, own.token), host, port, stop),
            scheduler.run(stop),
            sender.run(stop),
            desk.faults.stop_with(stop),
        )
    finally:
        desk.close()
    say("stopped", agency=desk.dialect.agency)


def _secrets(path: Path, agency: str) -> Secrets:
    try:
        entry = TypeAdapter(dict[str, object]).validate_json(path.read_bytes()).get(agency)
        if entry is None:
            fail(f"{path} has no entry for {agency}")
        own = Secrets.model_validate(entry)
        signed(own.webhook_secret, "msg_check", "", BusinessClock().now())
    except (ValidationError, ValueError):
        fail(f"{path}: the entry of {agency} is wrong; it needs token and webhook_secret (whsec_…)")
    return own


if __name__ == "__main__":
    typer.run(command)
