"""A declared service as a process: how it ends, and what it prints then."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process

from tests.integration.service import free_port, until

_PROGRAM = """
import sys
from kit import service
from kit.errors import PermanentError
from kit.settings import Settings

async def declare(made, settings):
    if sys.argv[1] == "refused":
        raise PermanentError("mapping_invalid", "The mapping of moh is not valid.", remedy="Correct it.")

service.main("test", Settings, declare)
"""


async def _start(how: str, port: int) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, how, stderr=PIPE, env={"VAHID_HTTP_PORT": str(port)}
    )


async def test_a_configuration_that_is_not_valid_ends_it_with_a_sentence() -> None:
    process = await _start("refused", free_port())
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode().strip() == "test: mapping_invalid: The mapping of moh is not valid. Correct it."


async def test_it_is_ready_and_a_signal_ends_it_cleanly() -> None:
    port = free_port()
    process = await _start("runs", port)

    async def is_ready() -> bool:
        return await _ready(port)

    await until(is_ready)
    process.send_signal(signal.SIGTERM)
    _, errors = await process.communicate()
    assert process.returncode == 0
    assert '"process.stopped"' in errors.decode()


async def _ready(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.startswith(b"HTTP/1.1 200")
