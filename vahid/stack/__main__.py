"""The supervisor as a process of its own: `python -m vahid.stack OPTIONS-AS-JSON`."""

import asyncio
import signal
import sys

from vahid.stack.errors import StackError
from vahid.stack.options import Options
from vahid.stack.supervision.supervisor import Supervisor


async def _run(options: Options) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Supervisor(options, print_line=lambda line: print(line, flush=True)).run(stop)  # noqa: T201


def main() -> None:
    """Supervise until a signal says to stop; exit status 1 when the stack cannot be started."""
    try:
        asyncio.run(_run(Options.model_validate_json(sys.argv[1])))
    except StackError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
