"""The simulators and services of the stack: their modules, ports and own settings."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from vahid.stack.home import Home
from vahid.stack.probes import answers
from vahid.stack.specification import Kind, Specification

AGENCIES = ("mlspp", "moh", "nasimi-executive")


@dataclass(frozen=True)
class Program:
    """A process of ours: `python -m module arguments`, serving HTTP (and `/readyz`) on its own port."""

    name: str
    kind: Kind
    module: str
    arguments: tuple[str, ...] = ()


SIMULATORS = (
    *(Program(f"agency-{id_}", "simulator", "simulators.agency", ("--agency", id_)) for id_ in AGENCIES),
    Program("mail", "simulator", "simulators.mail"),
    Program("sms", "simulator", "simulators.sms"),
)
SERVICES = (
    Program("worker", "service", "workflows.worker"),
    Program("router", "service", "services.router"),
    Program("agency-adapter", "service", "services.agency_adapter"),
    Program("notifier", "service", "services.notifier"),
    Program("intake", "service", "services.intake"),
)
"""In the order in which they are started; intake, the door, last: stopped first."""

SERVER_PORTS = {
    "postgres": ("postgres",),
    "kafka": ("kafka", "kafka-controller"),
    "temporal": ("temporal", "temporal-ui", "temporal-http", "temporal-metrics"),
}
PORTS = (*(program.name for program in (*SIMULATORS, *SERVICES)), "smtp")


def specification(program: Program, home: Home, port: int) -> Specification:
    """How `program` is run so that it serves on 127.0.0.1:`port`; a simulator has a folder of its own."""
    url = f"http://127.0.0.1:{port}"
    environment = {"VAHID_HTTP_HOST": "127.0.0.1", "VAHID_HTTP_PORT": str(port)}
    if program.kind == "simulator":
        environment["VAHID_SIMULATOR_DATA"] = str(home.simulator(program.name))
    return Specification(
        name=program.name,
        kind=program.kind,
        command=(sys.executable, "-m", program.module, *program.arguments),
        address=url,
        ready=lambda: answers(f"{url}/readyz"),
        environment=environment,
        stop_limit=20.0,
    )


def own_settings(home: Home, ports: Mapping[str, int]) -> dict[str, str]:
    """The variables by which simulators and services find each other and their files."""
    return {
        "VAHID_AGENCIES": str(home.agencies),
        "VAHID_CALLBACK_URL": f"http://127.0.0.1:{ports['agency-adapter']}",
        "VAHID_SMTP_HOST": "127.0.0.1",
        "VAHID_SMTP_PORT": str(ports["smtp"]),
        "VAHID_SMS_URL": f"http://127.0.0.1:{ports['sms']}",
    }
