"""Apache Kafka on this machine: one KRaft node that is broker and controller."""

import asyncio
import base64
import shutil
import subprocess
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from kit.kafka.connection import MECHANISM
from kit.private_files import write_private
from vahid.stack.errors import StackError
from vahid.stack.home import Home
from vahid.stack.servers import jars, java
from vahid.stack.specification import Specification

KAFKA_ADMIN, KAFKA_CONTROLLER = "admin", "controller"
"""Super users: whoever has the home, and the broker itself."""

# A small heap and quick compilation: one machine, a few topics, started many times a day.
_JVM = ("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
listener.security.protocol.map=CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
# The passwords of clients lie in the broker's own metadata; those of the controller cannot (KIP-900).
listener.name.clients.sasl.enabled.mechanisms={mechanism}
listener.name.clients.scram-sha-512.sasl.jaas.config=\\
  org.apache.kafka.common.security.scram.ScramLoginModule required \\
  username="{admin}" password="{admin_password}";
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=\\
  org.apache.kafka.common.security.plain.PlainLoginModule required \\
  username="{controller}" password="{controller_password}" user_{controller}="{controller_password}";
sasl.mechanism.inter.broker.protocol={mechanism}
sasl.mechanism.controller.protocol=PLAIN
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{admin};User:{controller}
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
# A killed broker may come back under the same id as soon as its old session has ended.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
"""


def specification(
    home: Home,
    port: int,
    controller_port: int,
    passwords: Mapping[str, str],
    print_line: Callable[[str], None],
) -> Specification:
    """Kafka on 127.0.0.1:`port`; missing storage is formatted. Its `address` has the administrator's login.

    Everybody must log in, with one of `passwords`. Only the administrator may do anything until rights are
    given (see `kit.kafka.rights`).

    Raises:
        StackError: Java, Maven or a jar is missing, or `kafka_format`.
    """
    runtime = java.find()
    classes = str(jars.ensure(jars.KAFKA, runtime, print_line) / "*")
    folder = home.root / "kafka"
    folder.mkdir(exist_ok=True)
    properties = folder / "server.properties"
    text = _PROPERTIES.format(
        port=port,
        controller_port=controller_port,
        data=folder / "data",
        mechanism=MECHANISM,
        admin=KAFKA_ADMIN,
        admin_password=passwords[KAFKA_ADMIN],
        controller=KAFKA_CONTROLLER,
        controller_password=passwords[KAFKA_CONTROLLER],
    )
    write_private(properties, text, overwrite=True)
    program = (str(runtime / "bin" / "java"), *_JVM, "-cp", classes)
    if not (folder / "data" / "meta.properties").exists():
        _format(program, folder, properties, passwords[KAFKA_ADMIN])
    return Specification(
        name="kafka",
        kind="server",
        command=(*program, "kafka.Kafka", str(properties)),
        address=login_address(f"127.0.0.1:{port}", KAFKA_ADMIN, passwords),
        ready=lambda: _serves(port),
    )


def login_address(server: str, login: str, passwords: Mapping[str, str]) -> str:
    """The value of `VAHID_KAFKA_BOOTSTRAP` for `login`."""
    return f"kafka://{login}:{passwords[login]}@{server}"


def _format(program: tuple[str, ...], folder: Path, properties: Path, password: str) -> None:
    shutil.rmtree(folder / "data", ignore_errors=True)
    cluster = "v" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
    java_program, *options = program
    arguments = [*options, "kafka.tools.StorageTool", "format", "--standalone"]
    arguments += ["--cluster-id", cluster, "--config", str(properties)]
    arguments += ["--add-scram", f"{MECHANISM}=[name={KAFKA_ADMIN},password={password}]"]
    # Everybody can read a command line; a file of arguments only its owner can.
    file = folder / "format.arguments"
    write_private(file, "".join(f'"{_escaped(argument)}"\n' for argument in arguments), overwrite=True)
    try:
        done = subprocess.run([java_program, f"@{file}"], capture_output=True, text=True, check=False)
    finally:
        file.unlink()
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise StackError(
            "kafka_format",
            f"Apache Kafka could not format {folder / 'data'}: {reason[-1] if reason else 'no reason given'}",
            remedy="Choose a folder on a local disk with --home, or set VAHID_KAFKA_BOOTSTRAP.",
        )


def _escaped(argument: str) -> str:
    return argument.replace("\\", "\\\\").replace('"', '\\"')


async def _serves(port: int) -> bool:
    """Whether the broker answers an ApiVersions request, written by hand.

    Its four fields: key 18, version 0, correlation 1, no client id.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        body = (18).to_bytes(2) + (0).to_bytes(2) + (1).to_bytes(4) + (-1).to_bytes(2, signed=True)
        writer.write(len(body).to_bytes(4) + body)
        answer = await reader.readexactly(10)
        return answer[4:8] == (1).to_bytes(4) and answer[8:10] == b"\0\0"
    except asyncio.IncompleteReadError:
        return False
    finally:
        writer.close()
