"""The log: JSON with the case and the trace, and nothing of a foreign error's text."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from kit import log
from kit.errors import PermanentError


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_a_line_names_service_level_time_case_and_trace(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("intake")
    with structlog.contextvars.bound_contextvars(case_id="c-1", trace_id="t-1"):
        structlog.get_logger().info("appeal.accepted", channel="online")
    (line,) = _lines(capsys)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "appeal.accepted",
        "channel": "online",
        "service": "intake",
        "level": "info",
        "case_id": "c-1",
        "trace_id": "t-1",
    }


def test_what_is_below_the_level_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("intake", "WARNING")
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in _lines(capsys)] == ["loud"]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="VAHID_LOG_LEVEL"):
        log.configure("intake", "CHATTY")


def test_an_error_of_ours_shows_its_message_and_a_foreign_one_its_place_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("intake")
    try:
        try:
            raise ValueError("Ayten Mammadova")
        except ValueError as error:
            raise PermanentError("seal_broken", "The seal is broken.") from error
    except PermanentError as error:
        structlog.get_logger().error("failed", exc_info=error)
    text = capsys.readouterr().err
    assert "Ayten" not in text
    ours, foreign = json.loads(text)["error"]
    assert (ours["code"], ours["message"]) == ("seal_broken", "The seal is broken.")
    assert foreign["type"] == "builtins.ValueError"
    assert "test_log.py" in foreign["at"][-1]


def test_libraries_log_the_same_way_without_the_text_of_their_errors(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("router")
    try:
        raise KeyError("Ayten")
    except KeyError:
        logging.getLogger("aiokafka").exception("it %s", "failed")
    logging.getLogger("aiokafka").info("chatter")
    text = capsys.readouterr().err
    line = json.loads(text)
    assert "Ayten" not in text
    assert (line["event"], line["logger"], line["service"], line["level"]) == (
        "it failed",
        "aiokafka",
        "router",
        "error",
    )
    assert line["error"][0]["type"] == "builtins.KeyError"


def test_a_traceback_written_into_a_message_loses_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("router")
    places = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    x\nKeyError: Ayten'
    logging.getLogger("_granian").error(f"Application raised\n{places}")
    (line,) = _lines(capsys)
    assert (line["event"], line["at"]) == ("Application raised", ['File "a.py", line 1, in f'])
