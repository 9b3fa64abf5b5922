"""Values are kept for their time, and no more of them than the size allows."""

import pytest

from kit import ttl_cache as recent


class _Time:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> _Time:
    moved = _Time()
    monkeypatch.setattr(recent, "time", moved)
    return moved


def test_a_value_is_forgotten_after_its_time(time: _Time) -> None:
    values = recent.TtlCache[int](2, 5.0)
    values.put("a", 1)
    time.now = 4.9
    assert values.get("a") == 1
    time.now = 5.1
    assert values.get("a") is None


def test_reading_does_not_lengthen_the_time(time: _Time) -> None:
    values = recent.TtlCache[int](2, 5.0)
    values.put("a", 1)
    for time.now in (2.0, 4.0):
        values.get("a")
    time.now = 6.0
    assert values.get("a") is None


def test_the_oldest_is_dropped_first() -> None:
    values = recent.TtlCache[int](2, 5.0)
    for name, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        values.put(name, value)
    assert [values.get(name) for name in "abc"] == [3, None, 4]
    values.forget("a")
    values.forget("never put")
    assert values.get("a") is None
