"""Keys that wait: each by itself, ever more seldom, until Kafka takes their row."""

from kit.outbox.held_keys import LONGEST_SECONDS, HeldKeys


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_held_key_waits_twice_as_long_each_time_and_a_minute_at_most() -> None:
    clock = Clock()
    held = HeldKeys(clock)
    pauses = []
    for _ in range(9):
        held.hold("a")
        began = clock.seconds
        while held.now():
            clock.seconds += 0.5
        pauses.append(clock.seconds - began)
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_SECONDS, LONGEST_SECONDS, LONGEST_SECONDS]
    assert len(held) == 1  # it is held still, though its next try is due


def test_a_key_that_is_released_begins_anew() -> None:
    clock = Clock()
    held = HeldKeys(clock)
    for key in ("a", "a", "b"):
        held.hold(key)
    held.release({"a", "never held"})
    assert held.now() == ["b"] and len(held) == 1
    held.hold("a")
    clock.seconds = 1
    assert held.now() == []
