"""The wire format of a batch: JSON Lines both ways, a line for each appeal and each result. Pure.

An appeal: `{"idempotency_key": …, "appeal": …}`. Its result: `{"status": 201, "replayed": false,
"response": …}`, or `{"status": 422, "problem": …}` (RFC 9457), in the order of the appeals.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.foreign_json import ForeignJsonError, read_json
from kit.http_problems import not_utf8, too_large
from kit.problem import Problem
from services.intake.appeals.acceptance import AppealResponse
from services.intake.idempotency import Accepted, Replayed, valid_key

MEDIA_TYPE = "application/x-ndjson"
_KEY_PLACE = {"pointer": "#/idempotency_key"}
_MEMBERS = frozenset({"idempotency_key", "appeal"})

BatchResult = Accepted[AppealResponse] | Replayed[AppealResponse] | Problem


@dataclass(frozen=True)
class BatchLine:
    """A line of a batch that can be read; the rules have not checked its appeal yet."""

    key: str
    appeal: Mapping[str, Any]


def batch_lines(content: bytes, *, count_limit: int, line_limit: int) -> list[BatchLine | Problem]:
    """Each line, in order, or why it cannot be read; blank lines are none.

    Raises:
        Problem: 413 `batch.too_many`, 400 `batch.empty`: nothing of the batch is taken.
    """
    lines = [line for line in content.split(b"\n") if line.strip()]
    if len(lines) > count_limit:
        detail = f"The batch holds more than {count_limit} appeals."
        raise Problem(413, "batch.too_many", detail, remedy="Send fewer in one request.")
    if not lines:
        raise Problem(
            400, "batch.empty", "The batch holds no appeal.", remedy="Send one line for each appeal."
        )
    return [_line(line, line_limit) for line in lines]


def _line(line: bytes, limit: int) -> BatchLine | Problem:
    try:
        return _read(line, limit)
    except Problem as problem:
        return problem


def _read(line: bytes, limit: int) -> BatchLine:
    if len(line) > limit:
        raise too_large(limit)
    parsed = _parsed(line)
    if not isinstance(parsed, dict) or not isinstance(parsed.get("appeal"), dict) or parsed.keys() - _MEMBERS:
        detail = "A line of a batch is an object of idempotency_key and appeal, which is an object itself."
        raise Problem(422, "batch.no_appeal", detail, remedy="Send each appeal in this form.")
    return BatchLine(valid_key(parsed.get("idempotency_key"), _KEY_PLACE), parsed["appeal"])


def _parsed(line: bytes) -> Any:
    try:
        return read_json(line)
    except UnicodeDecodeError as error:
        raise not_utf8(error, "line") from None
    except ForeignJsonError as error:
        detail = f"The line could not be read as JSON: {error.reason}."
        raise Problem(400, "malformed_json", detail, remedy="Send valid JSON.") from None


def encoded(results: Sequence[BatchResult], trace_id: str | None) -> bytes:
    """The results as JSON Lines."""
    return b"".join(_encoded_lines(results, trace_id))


def _encoded_lines(results: Sequence[BatchResult], trace_id: str | None) -> Iterator[bytes]:
    for result in results:
        if isinstance(result, Problem):
            line = {"status": result.status, "problem": result.document(trace_id)}
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        else:
            replayed = b"true" if isinstance(result, Replayed) else b"false"
            response = result.response.model_dump_json().encode()
            yield b'{"status":201,"replayed":%b,"response":%b}\n' % (replayed, response)
