"""The log of a process: JSON lines on stderr, one for each event, with its case and its trace.

Bind what a piece of work is about once, where it begins, with
`structlog.contextvars.bound_contextvars(case_id=…, trace_id=…)`; every line inside carries it.

Nothing personal is logged, so nothing is redacted. Exceptions of libraries may quote values (a database its
row, a validator its input): only their type and place are logged.
"""

import logging
import sys
from collections.abc import Iterator
from traceback import extract_tb
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from kit.errors import VahidError
from kit.printable import printable_json

_FRAMES = 12


def configure(service: str, level: str = "INFO") -> None:
    """Log as `service` from `level` on; libraries from WARNING on. Call it once, before anything else.

    Raises:
        ValueError: `level` is no level of `logging`.
    """
    threshold = logging.getLevelNamesMapping().get(level.upper())
    if threshold is None:
        raise ValueError(f"VAHID_LOG_LEVEL is {level!r}; use DEBUG, INFO, WARNING or ERROR.")
    shared = _processors(service)
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(printable_json)],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_library_logs(shared, max(threshold, logging.WARNING))


def _processors(service: str) -> list[Processor]:
    def add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        describe_exception,
    ]


def _adopt_library_logs(shared: list[Processor], threshold: int) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared, drop_written_traceback],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(printable_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)


def describe_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by `error`: the chain of exceptions, each with type, place and, if ours, message."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = [_described(each) for each in _chain(error)]
    return event


def drop_written_traceback(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Reduce a library's message that contains a traceback to its sentence and the places."""
    sentence, _, traceback = str(event["event"]).partition("\nTraceback (most recent call last):\n")
    if traceback:
        event["event"] = sentence
        event["at"] = [line.strip() for line in traceback.splitlines() if line.startswith('  File "')][
            -_FRAMES:
        ]
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        hidden = following.__suppress_context__
        following = following.__cause__ or (None if hidden else following.__context__)


def _described(error: BaseException) -> dict[str, Any]:
    described: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
    if isinstance(error, VahidError):
        described |= {"code": error.code, "message": error.message}
    elif isinstance(error, OSError) and error.strerror:
        described["message"] = error.strerror
    return described | {"at": _frames(error.__traceback__)}


def _frames(traceback: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(traceback)[-_FRAMES:]]
