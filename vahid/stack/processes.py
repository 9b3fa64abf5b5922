"""The simulators and services of the stack: their modules, ports and own settings."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.key_files import DIGEST_KEY, INDEX_KEY, MASTER_KEY, PAYLOAD_KEY, RECEIPT_KEY, RECEIPT_KEYS
from vahid.stack.home import Home
from vahid.stack.probes import answers, listens
from vahid.stack.specification import OBJECT_STORE_SECRETS, SECRETS, Kind, Specification

CENTRAL = ("mlspp", "mod", "moh", "samhi", "sicc", "ssmc")
LOCAL = tuple(
    f"{district}-executive"
    for district in (
        *("binagadi", "garadagh", "khatai", "khazar", "narimanov", "nasimi", "nizami", "pirallahi"),
        *("sabail", "sabunchu", "sumgait", "surakhani", "yasamal"),
    )
)
AGENCIES = (*CENTRAL, *LOCAL)
"""The agencies whose systems are simulated. Local ones take HTTP Basic, the others a token."""


@dataclass(frozen=True)
class Program:
    """A process of ours: `python -m module arguments`, serving HTTP (and `/readyz`) on its own port.

    `hosts` are the systems that it simulates, each with a name, a port and a folder of its own;
    `kafka_login` and `database_login` are those with which it connects to Kafka and PostgreSQL; `secrets` are
    the variables of `SECRETS` that it gets, `keys` the key files; `niceness` as in `Specification`.
    """

    name: str
    kind: Kind
    module: str
    arguments: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    kafka_login: str | None = None
    database_login: str | None = None
    secrets: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    niceness: int = 0

    @property
    def ports(self) -> tuple[str, ...]:
        """The names of the ports that it listens on."""
        return self.hosts or (self.name,)


SIMULATORS = (
    Program(
        "agencies",
        "simulator",
        "simulators.agency",
        hosts=tuple(f"agency-{id_}" for id_ in AGENCIES),
        secrets=("VAHID_AGENCIES",),
    ),
    Program("mail", "simulator", "simulators.mail"),
    Program("sms", "simulator", "simulators.sms", secrets=("VAHID_SMS_TOKEN",)),
)
_SERVERS = ("VAHID_DATABASE_URL", "VAHID_KAFKA_BOOTSTRAP", "VAHID_KEYS")
"""What every service needs: its logins, and the folder of its keys."""
SERVICES = (
    Program(
        "worker",
        "service",
        "workflows.worker",
        kafka_login="ledger",
        database_login="worker",
        secrets=_SERVERS,
        keys=(PAYLOAD_KEY,),
    ),
    Program(
        "router",
        "service",
        "services.router",
        kafka_login="router",
        database_login="router",
        secrets=_SERVERS,
        keys=(MASTER_KEY, PAYLOAD_KEY, RECEIPT_KEYS),
    ),
    Program(
        "agency-adapter",
        "service",
        "services.agency_adapter",
        kafka_login="agency_adapter",
        database_login="agency_adapter",
        secrets=(*_SERVERS, "VAHID_AGENCIES"),
        keys=(MASTER_KEY, DIGEST_KEY, PAYLOAD_KEY),
    ),
    # Notifications can wait, deadlines cannot: where processors are short, it yields to the others.
    Program(
        "notifier",
        "service",
        "services.notifier",
        kafka_login="notifier",
        database_login="notifier",
        secrets=(*_SERVERS, "VAHID_SMS_TOKEN", "VAHID_SMTP_PASSWORD"),
        keys=(MASTER_KEY, INDEX_KEY),
        niceness=10,
    ),
    Program(
        "console",
        "service",
        "services.console",
        kafka_login="console",
        database_login="console",
        secrets=_SERVERS,
        keys=(MASTER_KEY, PAYLOAD_KEY),
        niceness=5,
    ),
    Program(
        "intake",
        "service",
        "services.intake",
        kafka_login="intake",
        database_login="intake",
        secrets=(*_SERVERS, *OBJECT_STORE_SECRETS),
        keys=(MASTER_KEY, INDEX_KEY, DIGEST_KEY, RECEIPT_KEY),
    ),
)
"""In the order in which they are started. Intake, the point of receipt, is the last one."""

KAFKA_LOGINS = tuple(program.kafka_login for program in SERVICES if program.kafka_login)
DATABASE_LOGINS = tuple(program.database_login for program in SERVICES if program.database_login)

SERVER_PORTS = {
    "postgres": ("postgres",),
    "kafka": ("kafka", "kafka-controller"),
    "temporal": ("temporal", "temporal-ui", "temporal-http", "temporal-metrics"),
}
PORTS = (*(port for program in (*SIMULATORS, *SERVICES) for port in program.ports), "smtp")


def specification(
    program: Program, home: Home, ports: Mapping[str, int], secrets: Mapping[str, str]
) -> Specification:
    """How `program` runs, serving on its `ports` of 127.0.0.1, with the `secrets` that it needs."""
    urls = {name: f"http://127.0.0.1:{ports[name]}" for name in program.ports}
    own, *others = urls.values()
    return Specification(
        name=program.name,
        kind=program.kind,
        command=(sys.executable, "-m", program.module, *program.arguments),
        address=own,
        ready=lambda: _serves(own, others),
        environment=_own_environment(program, home, ports) | dict(secrets),
        without=SECRETS.difference(program.secrets),
        stop_limit=20.0,
        hosts=urls if program.hosts else {},
        niceness=program.niceness,
    )


async def _serves(own: str, others: Sequence[str]) -> bool:
    """Whether the process is ready, and listens at the addresses of all that it hosts."""
    listening = await asyncio.gather(*(listens(int(url.rpartition(":")[2])) for url in others))
    return all(listening) and await answers(f"{own}/readyz")


def _own_environment(program: Program, home: Home, ports: Mapping[str, int]) -> dict[str, str]:
    environment = {"VAHID_HTTP_HOST": "127.0.0.1"}
    if not program.hosts:
        environment["VAHID_HTTP_PORT"] = str(ports[program.name])
    if program.kind == "simulator":
        folder = home.simulators if program.hosts else home.simulator(program.name)
        environment["VAHID_SIMULATOR_DATA"] = str(folder)
    return environment


def own_settings(home: Home, ports: Mapping[str, int]) -> dict[str, str]:
    """The variables by which simulators and services find each other and their files."""
    return {
        "VAHID_AGENCIES": str(home.agencies),
        "VAHID_INTAKE_SPOOL": str(home.run),
        "VAHID_CONSOLE_SIGN_IN": "development",
        "VAHID_CONSOLE_INSECURE_COOKIES": "true",
        "VAHID_CALLBACK_URL": f"http://127.0.0.1:{ports['agency-adapter']}",
        "VAHID_SMTP_HOST": "127.0.0.1",
        "VAHID_SMTP_PORT": str(ports["smtp"]),
        "VAHID_SMS_URL": f"http://127.0.0.1:{ports['sms']}",
    }
