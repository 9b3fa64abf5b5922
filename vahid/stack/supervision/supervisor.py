"""The supervisor of a home: starts its processes in order, keeps them running, stops them in reverse."""

import asyncio
import contextlib
import fcntl
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from vahid.stack.errors import StackError
from vahid.stack.home import Home
from vahid.stack.options import Options
from vahid.stack.plan import Plan, make
from vahid.stack.specification import Specification
from vahid.stack.status import StackState, StackStatus, started_at, write
from vahid.stack.supervision import pid_files, process_requests
from vahid.stack.supervision.child import Child
from vahid.stack.supervision.process_requests import ProcessRequest

_LOG_TAIL = 5


_UMASK = 0o077
"""Nobody else reads what the supervisor and its processes write: logs, topics, histories."""


class Supervisor:
    """One supervisor a home. `changed` gets the status at each change; `print_line` what takes a while."""

    def __init__(
        self,
        options: Options,
        changed: Callable[[StackStatus], None] = lambda status: None,
        print_line: Callable[[str], None] = print,
    ) -> None:
        os.umask(_UMASK)
        self.home = Home.at(options.home)
        self._options = options
        self._changed = changed
        self._print_line = print_line
        self._children: list[Child] = []
        self._plan: Plan | None = None
        self._state: StackState = "starting"
        self._phase = ""
        self._since = started_at(os.getpid())
        self._error: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Start all, keep all running until `stop` is set, stop all.

        Raises:
            StackError: `already_running`, `not_ready`, or the code of a missing prerequisite.
        """
        with _lock(self.home):
            try:
                await self._start_unless(stop)
                await self._serve(stop)
            except StackError as error:
                self._error = str(error)
                raise
            finally:
                await self._stop_all()

    async def _start_unless(self, stop: asyncio.Event) -> None:
        """Start, unless `stop` is set before."""
        starting = asyncio.create_task(self._start())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not starting.done():
            starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await starting

    async def _start(self) -> None:
        process_requests.clear(self.home)
        self._publish("starting", "ending processes of an earlier supervisor")
        for name in await asyncio.to_thread(pid_files.end_leftovers, self.home):
            self._print_line(f"Ended {name} of an earlier supervisor.")
        self._publish("starting", "preparing")
        loop = asyncio.get_running_loop()

        def publish(line: str) -> None:  # from the thread that prepares
            loop.call_soon_threadsafe(self._publish, "starting", line)

        plan = self._plan = await asyncio.to_thread(make, self._options, self.home, publish)
        await self._start_together(plan, plan.servers, "servers")
        if self._options.only != "servers":
            # Simulators need neither tables nor topics: they start while these are made.
            simulators = self._start_together(plan, plan.simulators, "simulators")
            await asyncio.gather(self._migrate(plan), simulators)
        await self._start_together(plan, plan.services, "services")
        self._publish("ready", "")

    async def _start_together(self, plan: Plan, specifications: Sequence[Specification], phase: str) -> None:
        if not specifications:
            return
        fresh = [Child(each, self.home, plan.environment, self._refresh) for each in specifications]
        self._children += fresh
        for child in fresh:
            child.start()
        self._publish("starting", f"starting {phase}")
        limit = self._options.ready_limit
        done = await asyncio.gather(*(child.wait_ready(limit) for child in fresh))
        late = [child.specification.name for child, ready in zip(fresh, done, strict=True) if not ready]
        if late:
            raise self._not_ready(late[0], f"{', '.join(late)} did not become ready")

    async def _migrate(self, plan: Plan) -> None:
        """Migrate the database, the topics, the keys and the API keys, in a process of its own."""
        self._publish("starting", "migrating")
        with self.home.log("migrate").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "vahid.stack.migrate", "--home", str(self.home.root)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **plan.environment},
                start_new_session=True,
            )
        try:
            failed = await process.wait()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise
        if failed:
            raise self._not_ready("migrate", "The migration failed")

    def _not_ready(self, name: str, what: str) -> StackError:
        file = self.home.log(name)
        tail = file.read_text(errors="replace").strip().splitlines()[-_LOG_TAIL:] if file.exists() else []
        return StackError(
            "not_ready", f"{what}. The last lines of {file}:\n" + "\n".join(tail), remedy=f"\nSee {file}."
        )

    async def _serve(self, stop: asyncio.Event) -> None:
        """Fulfil requests until `stop` is set."""
        while not stop.is_set():
            for request in process_requests.pending(self.home):
                await self._fulfil(request)
                request.done()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(process_requests.INTERVAL):
                    await stop.wait()

    async def _fulfil(self, request: ProcessRequest) -> None:
        child = next((c for c in self._children if c.specification.name == request.name), None)
        if child is None:
            return
        if request.action in ("stop", "restart"):
            await child.stop()
        if request.action in ("start", "restart"):
            child.start()

    async def _stop_all(self) -> None:
        """Stop in reverse: the services together, then the simulators, then the servers."""
        self._publish("stopping", "stopping")
        for kind in ("service", "simulator", "server"):
            children = [child for child in self._children if child.specification.kind == kind]
            await asyncio.gather(*(child.stop() for child in children))
        self._publish("failed" if self._error else "stopped", "")

    def _publish(self, state: StackState, phase: str) -> None:
        self._state, self._phase = state, phase
        self._refresh()

    def _refresh(self) -> None:
        external = self._plan.external if self._plan else ()
        status = StackStatus(
            state=self._state,
            phase=self._phase,
            error=self._error,
            supervisor=os.getpid(),
            supervised_since=self._since,
            processes=(*external, *(child.status() for child in self._children)),
        )
        try:
            write(self.home, status)
        except OSError as error:  # the supervisor must survive a full disk
            self._print_line(f"The status of {self.home.root} cannot be written: {error.strerror}.")
        self._changed(status)


@contextlib.contextmanager
def _lock(home: Home) -> Iterator[None]:
    """Be the one supervisor of this home. The kernel releases the lock when the process dies."""
    with home.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                "already_running",
                f"The stack of {home.root} runs already.",
                remedy="See `vahid status`. Stop it with `vahid down`.",
            ) from None
        yield
