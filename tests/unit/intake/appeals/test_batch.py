"""The lines of a batch: each read alone, the whole bounded."""

import json

import pytest

from kit.problem import Problem
from services.intake.appeals.batch import BatchLine, batch_lines
from tests.unit.intake.submissions import body


def line(key: object = "k1", **members: object) -> bytes:
    """A line of a batch."""
    return json.dumps({"idempotency_key": key, "appeal": body()} | members).encode()


def read(*lines: bytes, count: int = 10, limit: int = 4096) -> list[BatchLine | Problem]:
    """The lines of a batch."""
    return batch_lines(b"\n".join(lines) + b"\n", count_limit=count, line_limit=limit)


def test_lines_are_read_in_order_and_blank_ones_are_none() -> None:
    assert read(line("k1"), b"  ", line("k2"), b"") == [BatchLine("k1", body()), BatchLine("k2", body())]


@pytest.mark.parametrize(
    ("broken", "status", "code"),
    [
        (b'{"idempotency_key": "k1", "app', 400, "malformed_json"),
        (b"[" * 4000, 400, "malformed_json"),
        (
            b'{"idempotency_key": "k2", "appeal": {"x": ' + b"[" * 960 + b"]" * 960 + b"}}",
            400,
            "malformed_json",
        ),
        (b'{"idempotency_key": "k2", "idempotency_key": "k3", "appeal": {}}', 400, "malformed_json"),
        (b'{"idempotency_key": "k2", "appeal": {"x": NaN}}', 400, "malformed_json"),
        (b'{"idempotency_key": "\xff"}', 400, "invalid_encoding"),
        (b"[1, 2]", 422, "batch.no_appeal"),
        (line(appeal="text"), 422, "batch.no_appeal"),
        (line(more=1), 422, "batch.no_appeal"),
        (line(None), 400, "idempotency_key.missing"),
        (line("a b"), 400, "idempotency_key.invalid"),
        (line(17), 400, "idempotency_key.invalid"),
        (line(appeal={"text": "x" * 5000}), 413, "content_too_large"),
    ],
)
def test_a_broken_line_fails_alone(broken: bytes, status: int, code: str) -> None:
    first, problem, last = read(line("k1"), broken, line("k3"))
    assert isinstance(first, BatchLine) and isinstance(last, BatchLine)
    assert isinstance(problem, Problem) and (problem.status, problem.code) == (status, code)


@pytest.mark.parametrize(("lines", "code"), [([], "batch.empty"), ([line()] * 11, "batch.too_many")])
def test_a_batch_of_none_or_too_many_is_refused_whole(lines: list[bytes], code: str) -> None:
    with pytest.raises(Problem) as refused:
        read(*lines)
    assert refused.value.code == code
