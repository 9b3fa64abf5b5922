"""The one shape of a process: a main module declares its parts, this module opens, runs and closes them.

`declare` opens the resources in their order and names the tasks and the readiness checks. The process then
serves HTTP and runs the tasks until SIGTERM or SIGINT. All tasks end together; then the resources close, the
last one opened first.
"""

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Any, TypeVar

from fastapi import FastAPI

from kit import log, process
from kit.errors import PermanentError
from kit.http import create_app, serve
from kit.settings import Settings

Resource = TypeVar("Resource")
Config = TypeVar("Config", bound=Settings)
Task = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""Runs until the event is set, then ends by itself."""
Check = Callable[[], bool | Awaitable[bool]]
"""Whether a part is ready now."""


class Service:
    """A process that is being declared. Its resources are open as long as it is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._app: FastAPI | None = None
        self._resources = AsyncExitStack()
        self._tasks: list[Task] = []
        self._checks: dict[str, Check] = {}

    async def __aenter__(self) -> "Service":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._resources.aclose()

    async def open(self, resource: AbstractAsyncContextManager[Resource]) -> Resource:
        """Open `resource` now; it closes at the end, also when a later one cannot be opened."""
        return await self._resources.enter_async_context(resource)

    def on_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """Call `close` at the end, before the resources close that are open now."""
        self._resources.push_async_callback(close)

    def http(self, **options: Any) -> FastAPI:
        """The application to add routes to, with the `options` of `kit.http.create_app`; ask for it once."""
        self._app = create_app(self.name, self.ready, **options)
        return self._app

    def tasks(self, *tasks: Task) -> None:
        """Run `tasks` beside the HTTP server. One that fails, or ends early, ends the process."""
        self._tasks += tasks

    def checks(self, **checks: Check) -> None:
        """Let `/readyz` ask these, each by the name of its part."""
        self._checks |= checks

    async def ready(self) -> dict[str, bool]:
        """Whether each part is ready, by its name."""
        return {part: await _outcome(check) for part, check in self._checks.items()}

    async def run(self, host: str, port: int) -> None:
        """Serve HTTP on `host` and `port`, and run the tasks, until the process is told to stop.

        Raises:
            SystemExit: 1 when a task failed, ended early, or did not end in time.
        """
        stop = asyncio.Event()
        server = serve(self._app or self.http(), host, port, stop)
        await process.run_until_stopped(server, *(task(stop) for task in self._tasks), stop=stop)


def main(
    name: str, settings_type: type[Config], declare: Callable[[Service, Config], Awaitable[None]]
) -> None:
    """Run the service that `declare` declares, with the settings of the environment; then end the process.

    Exit status 1, after a sentence on standard error, when its configuration is not valid.
    """
    settings = settings_type()
    log.configure(name, settings.log_level)

    async def declared() -> None:
        async with Service(name) as service:
            await declare(service, settings)
            await service.run(settings.http_host, settings.http_port)

    try:
        process.run(declared())
    except PermanentError as error:
        sys.exit(f"{name}: {error}")


async def _outcome(check: Check) -> bool:
    outcome = check()
    return await outcome if inspect.isawaitable(outcome) else outcome
