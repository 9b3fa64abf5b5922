"""The plan of a start: the processes in their order and their environment, made before anything runs."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrations.roles import role_name
from vahid.stack import installation, ports, processes
from vahid.stack.home import Home, write_json
from vahid.stack.options import Options
from vahid.stack.servers import jars, java, kafka, postgres, temporal
from vahid.stack.specification import Specification
from vahid.stack.status import ProcessStatus, shown

PrintLine = Callable[[str], None]
"""Takes a line for the person who started the stack."""

REPLACED_BY = {
    "postgres": "VAHID_DATABASE_URL",
    "kafka": "VAHID_KAFKA_BOOTSTRAP",
    "temporal": "VAHID_TEMPORAL_ADDRESS",
}


@dataclass(frozen=True)
class Plan:
    """The processes of a start. `external` are the servers for which the settings name an address.

    `environment` is that of whoever operates the installation. A process gets it without the secrets that are
    not for it, and with the logins that are its own (see `Specification`).
    """

    servers: tuple[Specification, ...]
    simulators: tuple[Specification, ...]
    services: tuple[Specification, ...]
    external: tuple[ProcessStatus, ...]
    environment: dict[str, str]


def make(options: Options, home: Home, print_line: PrintLine) -> Plan:
    """Prepare the folders of the servers and plan all processes.

    Raises:
        StackError: a prerequisite is missing; the remedy names the package to install.
    """
    given = {**os.environ, **options.environment}
    external = {name: given[key] for name, key in REPLACED_BY.items() if given.get(key)}
    names = [port for name, own in processes.SERVER_PORTS.items() if name not in external for port in own]
    chosen = ports.keep(home, [*names, *processes.PORTS], given)
    servers = [
        _server(name, home, chosen, print_line) for name in processes.SERVER_PORTS if name not in external
    ]
    addresses = external | {server.name: server.address for server in servers}
    environment = {
        **{key: addresses[name] for name, key in REPLACED_BY.items()},
        **_environment(options, home, chosen, print_line),
        "VAHID_ATTACHMENTS": given.get("VAHID_ATTACHMENTS") or str(home.attachments),
        **options.environment,
    }
    write_json(home.environment, environment)
    own = _own_addresses(home, external, environment)
    return Plan(
        servers=tuple(servers),
        simulators=_programs(processes.SIMULATORS, home, chosen, own) if options.only != "servers" else (),
        services=_programs(processes.SERVICES, home, chosen, own) if options.only == "all" else (),
        external=tuple(_external(name, address) for name, address in external.items()),
        environment=environment,
    )


def _server(name: str, home: Home, chosen: dict[str, int], print_line: PrintLine) -> Specification:
    own = [chosen[port] for port in processes.SERVER_PORTS[name]]
    if name == "postgres":
        return postgres.specification(home, own[0])
    if name == "kafka":
        return kafka.specification(home, own[0], own[1], installation.kafka_logins(home), print_line)
    return temporal.specification(home, *own)


def _environment(
    options: Options, home: Home, chosen: dict[str, int], print_line: PrintLine
) -> dict[str, str]:
    installation.agencies(home, chosen)
    return {
        "VAHID_KEYS": str(home.keys),
        "VAHID_CLOCK": installation.clock(home, options.scale, options.epoch).model_dump_json(),
        "VAHID_SMS_TOKEN": installation.sms_token(home),
        "VAHID_CONSOLE_WEBJARS": str(jars.ensure(jars.CONSOLE, java.find(), print_line)),
        **processes.own_settings(home, chosen),
    }


def _own_addresses(
    home: Home, external: Mapping[str, str], environment: Mapping[str, str]
) -> Callable[[processes.Program], dict[str, str]]:
    """The folder of a service's keys, and the addresses of the servers with the login that it has there."""
    bootstrap = environment[REPLACED_BY["kafka"]]
    kafka_passwords = {} if "kafka" in external else installation.kafka_logins(home)
    database_passwords = {} if "postgres" in external else installation.database_logins(home)

    def own(program: processes.Program) -> dict[str, str]:
        if program.kind != "service":
            return {}
        keys = installation.hand_out_keys(home, program, Path(environment["VAHID_KEYS"]))
        addresses = {"VAHID_KEYS": str(keys)}
        if (login := program.kafka_login) in kafka_passwords:
            server = bootstrap.rpartition("@")[2]
            addresses[REPLACED_BY["kafka"]] = kafka.login_address(server, login, kafka_passwords)
        if (login := program.database_login) in database_passwords:
            url, password = environment[REPLACED_BY["postgres"]], database_passwords[login]
            addresses[REPLACED_BY["postgres"]] = postgres.login_url(url, role_name(login), password)
        return addresses

    return own


def _programs(
    programs: Sequence[processes.Program],
    home: Home,
    chosen: dict[str, int],
    own: Callable[[processes.Program], dict[str, str]],
) -> tuple[Specification, ...]:
    return tuple(processes.specification(program, home, chosen, own(program)) for program in programs)


def _external(name: str, address: str) -> ProcessStatus:
    return ProcessStatus(name=name, kind="server", state="external", address=shown(address), ready=True)
