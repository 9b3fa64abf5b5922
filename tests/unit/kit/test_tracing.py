"""W3C Trace Context: ids survive the way, and nothing invalid goes on."""

import re

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit import tracing

_VALID = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_child_keeps_the_trace_and_has_a_span_of_its_own() -> None:
    made = tracing.child(_GIVEN)
    assert _VALID.fullmatch(made)
    assert made.split("-")[1] == _GIVEN.split("-")[1]
    assert made.split("-")[2] != _GIVEN.split("-")[2]
    assert made.endswith("-01")


def test_an_unsampled_trace_stays_unsampled() -> None:
    assert tracing.child(_GIVEN[:-2] + "00").endswith("-00")


@pytest.mark.parametrize(
    "invalid",
    [
        None,
        "",
        "nonsense",
        _GIVEN.upper(),
        _GIVEN.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        _GIVEN.replace("b7ad6b7169203331", "0" * 16),
        "ff" + _GIVEN[2:],
        _GIVEN + "-extra",
    ],
)
def test_an_invalid_traceparent_starts_a_new_trace(invalid: str | None) -> None:
    assert tracing.trace_id(invalid) is None
    assert _VALID.fullmatch(tracing.child(invalid))


@given(st.text(max_size=80))
def test_whatever_comes_in_a_valid_traceparent_goes_out(anything: str) -> None:
    assert _VALID.fullmatch(tracing.child(anything))


def test_a_new_trace_is_new() -> None:
    assert tracing.trace_id(tracing.new_traceparent()) != tracing.trace_id(tracing.new_traceparent())


def test_a_span_runs_in_the_given_trace_and_binds_it_to_the_log() -> None:
    assert tracing.current() is None
    with tracing.span("outer", _GIVEN) as own:
        assert tracing.trace_id(own) == tracing.trace_id(_GIVEN)
        assert tracing.current() == own
        assert structlog.contextvars.get_contextvars()["trace_id"] == tracing.trace_id(_GIVEN)
        with tracing.span("inner", own) as inner:
            assert tracing.trace_id(inner) == tracing.trace_id(_GIVEN)
            assert inner != own
        assert tracing.current() == own
    assert tracing.current() is None
    assert "trace_id" not in structlog.contextvars.get_contextvars()


def test_a_span_without_a_parent_starts_a_trace_even_inside_another() -> None:
    with tracing.span("outer", None) as outer, tracing.span("other", None) as other:
        assert tracing.trace_id(outer) != tracing.trace_id(other)


def test_a_failed_span_is_exported_with_the_type_of_the_error_and_not_its_text() -> None:
    exporter = InMemorySpanExporter()
    tracing.provider().add_span_processor(SimpleSpanProcessor(exporter))
    with pytest.raises(ValueError, match="Ayten"), tracing.span("work", _GIVEN, step="s1"):
        raise ValueError("Ayten Mammadova")
    (finished,) = exporter.get_finished_spans()
    assert finished.name == "work"
    assert finished.attributes == {"step": "s1", "error.type": "ValueError"}
    assert not finished.status.is_ok
    assert "Ayten" not in finished.to_json()


def test_an_exporter_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none,carrier-pigeon")
    with pytest.raises(ValueError, match="carrier-pigeon"):
        tracing.provider.__wrapped__()
