"""`python -m simulators.agency`: the systems of agencies in one process, each on its own port."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from simulators.agency.behaviour import AgencyBehaviour
from simulators.agency.outage import PlannedOutage
from simulators.agency.registry import DIALECTS
from simulators.agency.simulated_agency import AgencySetting, SimulatedAgency
from simulators.agency.store.database import ForeignStateError
from simulators.command import Clock, Data, Host, Seed, Setting, fail, read_behaviour, read_clock
from simulators.faults import Faults
from simulators.serving import log_event, run, run_until_stopped

AgencyName = StrEnum("AgencyName", {name: name for name in DIALECTS})  # type: ignore[misc]

_OUTAGES = TypeAdapter(dict[AgencyName, PlannedOutage])


def command(
    agencies: Annotated[
        Path,
        typer.Option(
            envvar="VAHID_AGENCIES",
            exists=True,
            dir_okay=False,
            help='JSON {agency: {"base_url", "token", "webhook_secret"}}; the port is that of base_url.',
        ),
    ],
    agency: Annotated[
        list[AgencyName] | None,
        typer.Option(help="An agency to simulate; repeat for several. Default: all."),
    ] = None,
    host: Host = "127.0.0.1",
    data: Data = Path(".vahid/simulators"),
    clock: Clock = "",
    seed: Seed = "1",
    behaviour: Annotated[
        str,
        typer.Option(
            envvar=["VAHID_AGENCY_BEHAVIOUR", "VAHID_SIMULATOR_BEHAVIOUR"],
            help="Behaviour settings at start, as a JSON object.",
        ),
    ] = "",
    setting: Setting = None,
    outages: Annotated[
        str,
        typer.Option(
            envvar="VAHID_SIMULATOR_OUTAGES",
            help='JSON {agency: {"begins", "ends"}}: when each agency is down, in business time.',
        ),
    ] = "",
) -> None:
    """Simulate agencies' own systems: take assignments, work on them, send each change by signed webhook.

    Each agency has its own folder `agency-ID` in --data, and its own behaviour settings: GET and PUT
    /_behaviour on its port. --setting and --behaviour set those of all at start.

    Example: python -m simulators.agency --agency moh --agencies agencies.json --setting refuse_rate=0.1
    """
    business = read_clock(clock)
    at_start = read_behaviour(AgencyBehaviour(), behaviour, setting)
    planned = _outages(outages)
    try:
        hosted = [
            SimulatedAgency(
                name,
                entry,
                data / f"agency-{name}",
                Faults(at_start, f"{seed}/{name}"),
                business,
                planned.get(name),
            )
            for name, entry in _entries(agencies, agency or [*AgencyName])
        ]
    except ForeignStateError as error:
        fail(str(error))
    run(_run(hosted, host))


async def _run(agencies: Sequence[SimulatedAgency], host: str) -> None:
    stop = asyncio.Event()
    for agency in agencies:
        await agency.load()
    try:
        await run_until_stopped(stop, *(part for agency in agencies for part in agency.parts(host, stop)))
    finally:
        for agency in agencies:
            agency.close()
    log_event("stopped")


def _entries(path: Path, names: Sequence[str]) -> list[tuple[str, AgencySetting]]:
    """The entry in the file `path` for each of `names`; exits with status 2 where one is missing or wrong."""
    try:
        known = TypeAdapter(dict[str, object]).validate_json(path.read_bytes())
    except ValidationError:
        fail(f"{path} is not a JSON object of agencies")
    return [(str(name), _entry(path, str(name), known)) for name in names]


def _outages(text: str) -> dict[str, PlannedOutage]:
    """The planned outages by agency; exits with status 2 where one is wrong."""
    try:
        return {str(name): outage for name, outage in _OUTAGES.validate_json(text or "{}").items()}
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"VAHID_SIMULATOR_OUTAGES is wrong: {'.'.join(map(str, first['loc']))} {first['msg']}".strip())


def _entry(path: Path, name: str, known: dict[str, object]) -> AgencySetting:
    if name not in known:
        fail(f"{path} has no entry for {name}")
    try:
        return AgencySetting.model_validate(known[name])
    except ValidationError:
        fail(f"{path}: the entry of {name} is wrong; it needs base_url, token and webhook_secret (whsec_…)")


if __name__ == "__main__":
    typer.run(command)
