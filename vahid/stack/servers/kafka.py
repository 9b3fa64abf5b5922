"""Apache Kafka on this machine: one KRaft node that is broker and controller."""

import asyncio
import base64
import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

from vahid.stack.errors import StackError
from vahid.stack.home import Home
from vahid.stack.servers import jars, java
from vahid.stack.specification import Specification

# A small heap and quick compilation: one machine, a few topics, started many times a day.
_JVM = ("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
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
    home: Home, port: int, controller_port: int, print_line: Callable[[str], None]
) -> Specification:
    """Kafka on 127.0.0.1:`port`; missing storage is formatted.

    Raises:
        StackError: Java, Maven or a jar is missing, or `kafka_format`.
    """
    runtime = java.find()
    classes = str(jars.ensure(runtime, print_line) / "*")
    folder = home.root / "kafka"
    folder.mkdir(exist_ok=True)
    properties = folder / "server.properties"
    properties.write_text(
        _PROPERTIES.format(port=port, controller_port=controller_port, data=folder / "data")
    )
    program = (str(runtime / "bin" / "java"), *_JVM, "-cp", classes)
    if not (folder / "data" / "meta.properties").exists():
        _format(program, folder, properties)
    return Specification(
        name="kafka",
        kind="server",
        command=(*program, "kafka.Kafka", str(properties)),
        address=f"127.0.0.1:{port}",
        ready=lambda: _serves(port),
    )


def _format(program: tuple[str, ...], folder: Path, properties: Path) -> None:
    shutil.rmtree(folder / "data", ignore_errors=True)
    cluster = "v" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
    command = [*program, "kafka.tools.StorageTool", "format", "--standalone"]
    command += ["--cluster-id", cluster, "--config", str(properties)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise StackError(
            "kafka_format",
            f"Apache Kafka could not format {folder / 'data'}: {reason[-1] if reason else 'no reason given'}",
            remedy="Choose a folder on a local disk with --home, or set VAHID_KAFKA_BOOTSTRAP.",
        )


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
