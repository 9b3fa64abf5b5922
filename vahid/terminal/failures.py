"""How a command fails: one sentence with a stable code on standard error, and an exit status."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from kit.errors import PermanentError, TransientError, VahidError
from kit.problem import Problem
from vahid.terminal.console import echo

REFUSED = 1
UNREACHABLE = 2
_STORE_ERRORS = (
    ("kafka.errors", "KafkaError"),
    ("sqlalchemy.exc", "SQLAlchemyError"),
    ("temporalio.service", "RPCError"),
)
_REMEDIES = {"unauthenticated": "Set VAHID_API_KEY, or name by --home the installation that keeps the key."}
"""What to do at a command line, where the remedy speaks of HTTP."""


@contextmanager
def reported(hint: str = "") -> Iterator[None]:
    """End the command on a known error: exit status 1 when refused, 2 when something cannot be reached.

    `hint` follows the sentence of exit status 2. Any other error passes.
    """
    try:
        yield
    except Exception as error:
        known = _known(error)
        if known is None:
            raise
        status = UNREACHABLE if isinstance(known, TransientError) else REFUSED
        echo(f"{known} {hint}".strip() if status == UNREACHABLE else str(known), err=True)
        raise typer.Exit(status) from error


def _known(error: Exception) -> VahidError | None:
    """The error as one of ours, with what to do; None for a fault of the program."""
    if isinstance(error, VahidError):
        return error
    if isinstance(error, Problem):
        return PermanentError(error.code, error.detail, remedy=_REMEDIES.get(error.code, error.remedy))
    if isinstance(error, BrokenPipeError):
        return None  # who reads our output has closed it; Click ends quietly
    if isinstance(error, OSError) and error.filename is not None:
        return PermanentError("file.failed", f"{error.filename}: {error.strerror}.")
    if isinstance(error, _unreachable()):
        message = f"A server could not be reached: {type(error).__name__}."
        return TransientError("store.unreachable", message, remedy="See `vahid status`.")
    return None


def _unreachable() -> tuple[type[Exception], ...]:
    # A module that no one has imported has raised nothing: a command pays for the stores that it uses.
    loaded = (getattr(sys.modules[module], name) for module, name in _STORE_ERRORS if module in sys.modules)
    return OSError, *loaded
