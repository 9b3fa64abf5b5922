"""One trace id from the first request to the last message: W3C Trace Context on the OpenTelemetry SDK.

A `traceparent` (`00-<trace id>-<span id>-<flags>`) travels in HTTP headers, CloudEvents and commands.
Spans are exported where `OTEL_TRACES_EXPORTER` names an installed exporter; else they are in the log only.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.metadata import entry_points
from time import perf_counter

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, SpanContext, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from kit.http_headers import TRACEPARENT

_log = structlog.get_logger()
_propagator = TraceContextTextMapPropagator()
_ids = RandomIdGenerator()
_EXPORTERS = "opentelemetry_traces_exporter"


def new_traceparent() -> str:
    """The traceparent of a new, sampled trace."""
    return _format(_ids.generate_trace_id(), TraceFlags(TraceFlags.SAMPLED))


def child(traceparent: str | None) -> str:
    """A traceparent with a span id of its own in the same trace; a new trace if None or invalid."""
    parent = _parse(traceparent)
    return _format(parent.trace_id, parent.trace_flags) if parent.is_valid else new_traceparent()


def trace_id(traceparent: str | None) -> str | None:
    """The trace id, 32 hexadecimal digits; None if there is none or the traceparent is invalid."""
    context = _parse(traceparent)
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def current() -> str | None:
    """The traceparent of the span that runs here; None outside any span."""
    context = trace.get_current_span().get_span_context()
    return _render(context) if context.is_valid else None


@contextmanager
def span(name: str, traceparent: str | None, **attributes: str | int | float | bool) -> Iterator[str]:
    """Run the block as a span under `traceparent` (a new trace if None or invalid); yields its own one.

    The trace id is bound to the log. Attributes carry ids and codes, never anything personal; an exception is
    recorded by its type alone and raised again.
    """
    started = perf_counter()
    running = _tracer().start_span(name, context=_context(traceparent), attributes=dict(attributes))
    own = running.get_span_context()
    bound = structlog.contextvars.bound_contextvars(trace_id=trace.format_trace_id(own.trace_id))
    with bound, trace.use_span(running, True, record_exception=False, set_status_on_exception=False):
        try:
            yield _render(own)
        except BaseException as error:
            _mark_failed(running, error)
            raise
        finally:
            elapsed = round((perf_counter() - started) * 1000, 1)
            _log.debug("span.ended", span=name, duration_ms=elapsed, **attributes)


def _mark_failed(running: Span, error: BaseException) -> None:
    running.set_status(Status(StatusCode.ERROR, type(error).__name__))
    running.set_attribute("error.type", type(error).__name__)


@cache
def _tracer() -> trace.Tracer:
    return provider().get_tracer("vahid")


@cache
def provider() -> TracerProvider:
    """The process's tracer provider, made at first use, with the exporters that the environment asks for.

    Raises:
        ValueError: `OTEL_TRACES_EXPORTER` names an exporter that is not installed.
    """
    made = TracerProvider()
    for name in filter(None, map(str.strip, os.environ.get("OTEL_TRACES_EXPORTER", "").split(","))):
        if name == "none":
            continue
        found = next(iter(entry_points(group=_EXPORTERS, name=name)), None)
        if found is None:
            raise ValueError(f"OTEL_TRACES_EXPORTER names {name!r}, which is not installed.")
        made.add_span_processor(BatchSpanProcessor(found.load()()))
    return made


def _context(traceparent: str | None) -> Context:
    carrier = {TRACEPARENT: traceparent} if traceparent else {}
    return _propagator.extract(carrier, context=Context())


@lru_cache(maxsize=64)  # the appeals of a batch share their request's
def _parse(traceparent: str | None) -> SpanContext:
    return trace.get_current_span(_context(traceparent)).get_span_context()


def _format(trace_id: int, flags: TraceFlags) -> str:
    return _render(SpanContext(trace_id, _ids.generate_span_id(), is_remote=False, trace_flags=flags))


def _render(context: SpanContext) -> str:
    ids = f"{trace.format_trace_id(context.trace_id)}-{trace.format_span_id(context.span_id)}"
    return f"00-{ids}-{context.trace_flags:02x}"
